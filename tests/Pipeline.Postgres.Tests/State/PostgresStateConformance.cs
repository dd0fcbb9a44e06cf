using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.State;

public sealed class PostgresStateConformance() : StateStoreConformance(new PostgresStateTestStore(PostgresTopologyKind.Node, "state"));
