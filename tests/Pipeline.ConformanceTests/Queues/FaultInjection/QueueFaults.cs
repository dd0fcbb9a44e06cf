namespace Pipeline.Conformance.Queues.FaultInjection;

/// <summary>The faults that are to come: what the test of an application writes, and <see cref="FaultInjectingQueueProvider"/> reads.</summary>
/// <remarks>Thread safe. Faults of one call happen in the order in which they were asked for.</remarks>
public sealed class QueueFaults() : CallFaults<QueueCall>("queue");
