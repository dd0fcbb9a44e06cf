using Pipeline.Conformance.Vectors;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Vectors;

public sealed class PostgresVectorIndexPlainConformance() : VectorIndexConformance(new PostgresVectorTestStore(PostgresTopologyKind.Plain));
