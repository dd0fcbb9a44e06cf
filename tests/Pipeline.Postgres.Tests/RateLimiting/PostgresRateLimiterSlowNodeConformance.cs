using Pipeline.Conformance.RateLimiting;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.RateLimiting;

public sealed class PostgresRateLimiterSlowNodeConformance() : RateLimiterConformance(new PostgresRateLimiterTestStore(PostgresTopologyKind.SlowNode));
