namespace Pipeline.Queues;

/// <summary>What an entry says of a message.</summary>
/// <param name="Message">The message.</param>
/// <param name="EnqueuedAt">When it was enqueued, by the server's clock.</param>
internal readonly record struct QueueEntry(QueueMessage Message, DateTimeOffset EnqueuedAt)
{
    public int Failures { get; init; }

    public int Crashes { get; init; }

    public int Redrives { get; init; }

    public int Deliveries { get; init; }

    public MessageCheckpoint? Checkpoint { get; init; }

    /// <summary>The attempts that did not succeed, unread: only dead letters show them.</summary>
    public ReadOnlyMemory<byte> Attempts { get; init; }
}
