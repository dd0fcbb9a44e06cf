namespace Pipeline.Backends;

/// <summary>What a failed call means for the caller.</summary>
internal enum PostgresFailureKind
{
    /// <summary>The server cannot serve now; the call may be repeated.</summary>
    Unavailable,

    /// <summary>The server undid the transaction for the sake of others; the call is repeated at once.</summary>
    Undone,

    /// <summary>The same call fails until somebody mends something.</summary>
    Refused,
}
