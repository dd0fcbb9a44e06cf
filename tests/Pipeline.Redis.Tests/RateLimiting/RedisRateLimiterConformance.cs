using Pipeline.Conformance.RateLimiting;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.RateLimiting;

public sealed class RedisRateLimiterConformance() : RateLimiterConformance(new RedisRateLimiterTestStore(RedisTopologyKind.Node));
