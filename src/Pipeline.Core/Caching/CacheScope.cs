namespace Pipeline.Caching;

/// <summary>Who shares a cached value.</summary>
public enum CacheScope
{
    /// <summary>The callers of one tenant. The default.</summary>
    Tenant = 0,

    /// <summary>
    /// All tenants: the tenant is left out of the key. Only for what depends on nothing but the input and tells nothing of who asked for it
    /// first, such as the embedding of a text.
    /// </summary>
    Shared = 1,
}
