namespace Pipeline.Caching;

/// <summary>What an entry in this process is good for.</summary>
internal enum EntryStanding
{
    /// <summary>Nothing.</summary>
    Gone,

    /// <summary>To stand in where stale values may.</summary>
    Stale,

    /// <summary>As <see cref="Stale"/>, until the backend confirms it.</summary>
    Unconfirmed,

    /// <summary>To be served, while a new value is made.</summary>
    RefreshDue,

    /// <summary>To be served.</summary>
    Fresh,
}
