using Pipeline.Conformance.Vectors;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Vectors;

public sealed class PostgresVectorIndexSlowNodeConformance() : VectorIndexConformance(new PostgresVectorTestStore(PostgresTopologyKind.SlowNode));
