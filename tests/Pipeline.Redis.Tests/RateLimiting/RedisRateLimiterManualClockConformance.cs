using Pipeline.Conformance.RateLimiting;

namespace Pipeline.Redis.RateLimiting;

public sealed class RedisRateLimiterManualClockConformance() : RateLimiterConformance(new ManualClockTestStore());
