using Pipeline.Conformance.Caching;

namespace Pipeline.Caching.Distributed;

/// <summary>A round through both adapters: a backend over a distributed cache over the in-memory backend, all by buffers.</summary>
public sealed class RoundTripCacheConformanceTests()
    : CacheConformance(new DistributedCacheTestStore(clock => new OversizeDistributedCache(
        new InMemoryCacheBackend(new() { MaxBytes = 512 * 1024 * 1024 }, clock).AsDistributedCache(clock))));
