using Pipeline.Conformance.Learning;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

public sealed class PostgresLearningStoreConformance() : LearningStoreConformance(new PostgresLearningTestStore(PostgresTopologyKind.Node));
