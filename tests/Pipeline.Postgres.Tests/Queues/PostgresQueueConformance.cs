using Pipeline.Conformance.Queues;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Queues;

public sealed class PostgresQueueConformance() : QueueConformance(new PostgresQueueTestStore(PostgresTopologyKind.Node));
