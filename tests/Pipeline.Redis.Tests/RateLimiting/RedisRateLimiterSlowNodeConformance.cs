using Pipeline.Conformance.RateLimiting;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.RateLimiting;

public sealed class RedisRateLimiterSlowNodeConformance() : RateLimiterConformance(new RedisRateLimiterTestStore(RedisTopologyKind.SlowNode));
