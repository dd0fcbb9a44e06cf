using Pipeline.Conformance.Queues;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Queues;

public sealed class PostgresQueueSlowNodeConformance() : QueueConformance(new PostgresQueueTestStore(PostgresTopologyKind.SlowNode));
