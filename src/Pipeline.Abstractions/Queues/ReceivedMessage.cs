namespace Pipeline.Queues;

/// <summary>A message that was received under a lease.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed class ReceivedMessage
{
    private readonly long _attemptToken;
    private readonly long _locator;
    private readonly long _enqueuedTicks;

    /// <summary>Makes a delivery. Called by backends.</summary>
    /// <param name="message">The message as it was enqueued.</param>
    /// <param name="attemptToken">The token of this delivery.</param>
    /// <param name="enqueuedAt">When the backend took the message, by the backend's clock.</param>
    /// <param name="locator">Where the backend keeps the message; zero where it needs none.</param>
    public ReceivedMessage(QueueMessage message, long attemptToken, DateTimeOffset enqueuedAt, long locator = 0)
    {
        ArgumentNullException.ThrowIfNull(message);
        Message = message;
        _attemptToken = attemptToken;
        _locator = locator;
        _enqueuedTicks = enqueuedAt.UtcTicks;
    }

    /// <summary>The message as it was enqueued.</summary>
    public QueueMessage Message { get; }

    /// <summary>The receipt of this delivery.</summary>
    public QueueReceipt Receipt => new(Message.Id, _attemptToken, _locator);

    /// <summary>When the backend took the message, by the backend's clock.</summary>
    public DateTimeOffset EnqueuedAt => new(_enqueuedTicks, TimeSpan.Zero);

    /// <summary>How often the message has been delivered, this time included; deliveries that were returned or deferred do not count.</summary>
    public required int Deliveries { get; init; }

    /// <summary>How many of the earlier deliveries were abandoned as failed.</summary>
    public required int Failures { get; init; }

    /// <summary>How many of the earlier leases ran out without a word from their consumer.</summary>
    public required int Crashes { get; init; }

    /// <summary>The effective maximum: the message is dead when <see cref="Failures"/> + <see cref="Crashes"/> reach it.</summary>
    public required int MaxDeliveries { get; init; }

    /// <summary>Where an earlier delivery got to, or <see langword="null"/>.</summary>
    public MessageCheckpoint? Checkpoint { get; init; }

    /// <summary>Names the delivery by its message's id and its counters; never its body, headers or keys.</summary>
    /// <returns>The message and the counters.</returns>
    public override string ToString() => $"{Message}, delivery {Deliveries}, {Failures} failed, {Crashes} crashed";
}
