using Pipeline.Conformance.Caching;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Caching;

public sealed class RedisCacheClusterConformance() : CacheConformance(new RedisCacheTestStore(RedisTopologyKind.Cluster));
