using Pipeline.Conformance.Caching;

namespace Pipeline.Caching.Distributed;

/// <summary>Over a distributed cache of the plainest kind.</summary>
public sealed class DistributedCacheConformanceTests()
    : CacheConformance(new DistributedCacheTestStore(clock => new DictionaryDistributedCache(clock)));
