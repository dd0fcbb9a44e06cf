using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.State;

public sealed class PostgresStateSlowNodeConformance() : StateStoreConformance(new PostgresStateTestStore(PostgresTopologyKind.SlowNode, "state"));
