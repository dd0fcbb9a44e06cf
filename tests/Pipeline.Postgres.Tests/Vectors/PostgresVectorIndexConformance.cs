using Pipeline.Conformance.Vectors;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Vectors;

public sealed class PostgresVectorIndexConformance() : VectorIndexConformance(new PostgresVectorTestStore(PostgresTopologyKind.Node));
