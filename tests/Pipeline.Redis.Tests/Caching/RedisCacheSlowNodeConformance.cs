using Pipeline.Conformance.Caching;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Caching;

public sealed class RedisCacheSlowNodeConformance() : CacheConformance(new RedisCacheTestStore(RedisTopologyKind.SlowNode));
