using Pipeline.Conformance.Caching;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Caching;

public sealed class PostgresCacheConformance() : CacheConformance(new PostgresCacheTestStore(PostgresTopologyKind.Node));
