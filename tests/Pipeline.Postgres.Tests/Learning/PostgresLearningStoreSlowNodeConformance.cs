using Pipeline.Conformance.Learning;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

public sealed class PostgresLearningStoreSlowNodeConformance() : LearningStoreConformance(new PostgresLearningTestStore(PostgresTopologyKind.SlowNode));
