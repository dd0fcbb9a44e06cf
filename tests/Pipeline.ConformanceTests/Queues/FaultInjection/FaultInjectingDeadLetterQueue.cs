using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.FaultInjection;

/// <summary>The dead letters of a <see cref="FaultInjectingQueue"/>.</summary>
internal sealed class FaultInjectingDeadLetterQueue(IDeadLetterQueue inner, QueueFaults faults) : IDeadLetterQueue
{
    public ValueTask<DeadLetterPage> BrowseAsync(
        DeadLetterFilter filter, int maxCount = 100, string? continuation = null, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.ReadDeadLetters, () => inner.BrowseAsync(filter, maxCount, continuation, cancellationToken), cancellationToken);

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.ReadDeadLetters, () => inner.CountAsync(filter, cancellationToken), cancellationToken);

    public ValueTask<long> RedriveAsync(
        DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Redrive, () => inner.RedriveAsync(filter, maxCount, cancellationToken), cancellationToken);

    public ValueTask<long> DiscardAsync(
        DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Discard, () => inner.DiscardAsync(filter, maxCount, cancellationToken), cancellationToken);
}
