using Pipeline.Conformance.RateLimiting;

namespace Pipeline.Postgres.RateLimiting;

public sealed class PostgresRateLimiterManualClockConformance() : RateLimiterConformance(new ManualClockTestStore());
