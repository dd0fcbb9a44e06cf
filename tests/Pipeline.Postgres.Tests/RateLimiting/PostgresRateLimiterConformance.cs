using Pipeline.Conformance.RateLimiting;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.RateLimiting;

public sealed class PostgresRateLimiterConformance() : RateLimiterConformance(new PostgresRateLimiterTestStore(PostgresTopologyKind.Node));
