using Pipeline.Conformance.Caching;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Caching;

public sealed class RedisCacheConformance() : CacheConformance(new RedisCacheTestStore(RedisTopologyKind.Node));
