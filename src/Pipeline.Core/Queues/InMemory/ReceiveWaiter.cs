namespace Pipeline.Queues;

/// <summary>A receive for which there was nothing yet.</summary>
internal sealed class ReceiveWaiter(int maxMessages, TimeSpan lease, long deadline) : Waiter<IReadOnlyList<ReceivedMessage>>
{
    public int MaxMessages { get; } = maxMessages;

    public TimeSpan Lease { get; } = lease;

    /// <summary>When the wait is over, in ticks of the <see cref="QueueClock"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long Deadline { get; } = deadline;
}
