using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.FaultInjection;

/// <summary>One queue of a <see cref="FaultInjectingQueueProvider"/>.</summary>
internal sealed class FaultInjectingQueue(IQueue inner, QueueFaults faults) : IQueue
{
    public QueueDefinition Definition => inner.Definition;

    public IDeadLetterQueue DeadLetters { get; } = new FaultInjectingDeadLetterQueue(inner.DeadLetters, faults);

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? ((ICapabilityProvider)inner).GetCapability<TCapability>();

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Enqueue, () => inner.EnqueueAsync(messages, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Receive, () => inner.ReceiveAsync(maxMessages, lease, wait, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Complete, () => inner.CompleteAsync(completions, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Renew, () => inner.RenewAsync(receipts, lease, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.Abandon, () => inner.AbandonAsync(abandonments, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.DeadLetter, () => inner.DeadLetterAsync(rejections, cancellationToken), cancellationToken);

    public ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default) =>
        faults.RunAsync(QueueCall.GetStats, () => inner.GetStatsAsync(cancellationToken), cancellationToken);
}
