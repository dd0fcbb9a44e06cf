using Pipeline.Conformance.RateLimiting;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.RateLimiting;

public sealed class RedisRateLimiterClusterConformance() : RateLimiterConformance(new RedisRateLimiterTestStore(RedisTopologyKind.Cluster));
