using Pipeline.Conformance.Queues;

namespace Pipeline.Queues;

public sealed class InMemoryQueueConformance() : QueueConformance(new InMemoryQueueTestStore());
