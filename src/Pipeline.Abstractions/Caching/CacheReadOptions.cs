namespace Pipeline.Caching;

/// <summary>What the reader of a cache entry accepts, and what it insists on.</summary>
[Flags]
public enum CacheReadOptions
{
    /// <summary>Only a fresh entry is returned; its tags are judged by what this process knows of them. The default.</summary>
    None = 0,

    /// <summary>
    /// An entry that is no longer fresh but still kept is returned too, with <see cref="CacheReadStatus.Stale"/>. An entry that was
    /// invalidated by one of its tags is not.
    /// </summary>
    AllowStale = 1,

    /// <summary>
    /// The tags of the entry are judged by the backend's own counters as they stand during the call, so that an invalidation that was
    /// acknowledged anywhere before the call began is seen. Costs at most one round trip more.
    /// </summary>
    RequireFreshTags = 2,
}
