namespace Pipeline.Caching;

/// <summary>What came of asking for a flight.</summary>
internal enum JoinResult
{
    /// <summary>The caller waits with the others.</summary>
    Joined,

    /// <summary>There was none, and the caller has to run the one that was started.</summary>
    Started,

    /// <summary>There was none, but another entry stands there by now: look again.</summary>
    LookAgain,
}
