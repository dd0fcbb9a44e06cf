using Pipeline.Conformance.Caching;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Caching;

public sealed class PostgresCacheSlowNodeConformance() : CacheConformance(new PostgresCacheTestStore(PostgresTopologyKind.SlowNode));
