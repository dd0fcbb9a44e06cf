namespace Pipeline.Caching;

/// <summary>What a read of the cache found.</summary>
public enum CacheReadStatus
{
    /// <summary>
    /// Nothing that may be returned: no entry, one past its keep time, one that is stale where stale was not allowed, or one that a
    /// tag invalidated.
    /// </summary>
    Missing = 0,

    /// <summary>
    /// Something is stored under the key, but it is not an entry that this version can read. Treat it as missing, and count it: it
    /// points to damage, to a foreign writer, or to a newer version of this suite.
    /// </summary>
    Unreadable = 1,

    /// <summary>An entry that is fresh.</summary>
    Fresh = 2,

    /// <summary>An entry that is past its fresh time and still kept. Only a read that allows stale gets one.</summary>
    Stale = 3,
}
