namespace Pipeline.Conformance.Caching.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingCacheBackend"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class CacheFaults() : CallFaults<CacheCall>("cache")
{
    /// <summary>The faults of the invalidation feed.</summary>
    public CacheFeedFaults Feed { get; } = new();
}
