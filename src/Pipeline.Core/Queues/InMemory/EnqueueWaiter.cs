namespace Pipeline.Queues;

/// <summary>An enqueue for which there was no room yet.</summary>
internal sealed class EnqueueWaiter(IReadOnlyList<QueueMessage> messages) : Waiter<IReadOnlyList<EnqueueResult>>
{
    public IReadOnlyList<QueueMessage> Messages { get; } = messages;
}
