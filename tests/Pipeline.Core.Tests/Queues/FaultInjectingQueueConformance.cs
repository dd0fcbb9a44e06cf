using Pipeline.Conformance.Queues;

namespace Pipeline.Queues;

/// <summary>Without a fault, a fault-injecting provider keeps every promise of what it decorates.</summary>
public sealed class FaultInjectingQueueConformance() : QueueConformance(new FaultInjectingQueueTestStore());
