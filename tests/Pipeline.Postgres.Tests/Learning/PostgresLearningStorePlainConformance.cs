using Pipeline.Conformance.Learning;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

public sealed class PostgresLearningStorePlainConformance() : LearningStoreConformance(new PostgresLearningTestStore(PostgresTopologyKind.Plain));
