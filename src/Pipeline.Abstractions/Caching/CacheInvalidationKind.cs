namespace Pipeline.Caching;

/// <summary>What a notice of the <see cref="ICacheInvalidationFeed"/> says.</summary>
public enum CacheInvalidationKind
{
    /// <summary>
    /// The subscription hears everything from here on, and may have missed anything before: verify, or forget, all copies and all known
    /// generations.
    /// </summary>
    Resync = 0,

    /// <summary>The subscription no longer hears what happens. Until the next <see cref="Resync"/>, copies may be out of date.</summary>
    Interrupted = 1,

    /// <summary>The entry under a key was removed or replaced: drop copies of it.</summary>
    Key = 2,

    /// <summary>A tag was invalidated: copies that carry a smaller generation of it are no longer valid.</summary>
    Tag = 3,
}
