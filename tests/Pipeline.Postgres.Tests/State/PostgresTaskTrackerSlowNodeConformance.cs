using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;
using Pipeline.State;

namespace Pipeline.Postgres.State;

public sealed class PostgresTaskTrackerSlowNodeConformance()
    : TaskTrackerConformance(new PostgresStateTestStore(PostgresTopologyKind.SlowNode, "task"), (store, time) => new StateTaskTracker(store, time));
