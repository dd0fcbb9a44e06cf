using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;
using Pipeline.State;

namespace Pipeline.Postgres.State;

public sealed class PostgresIdempotencySlowNodeConformance()
    : IdempotencyConformance(new PostgresStateTestStore(PostgresTopologyKind.SlowNode, "idempotency"), (store, time) => new StateIdempotencyStore(store, time));
