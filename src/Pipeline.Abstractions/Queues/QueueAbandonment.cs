namespace Pipeline.Queues;

/// <summary>One delivery that is given up, and why.</summary>
/// <remarks>Immutable. Made by <see cref="Failed"/>, <see cref="Deferred"/> and <see cref="Returned"/>.</remarks>
public sealed class QueueAbandonment
{
    private QueueAbandonment(QueueReceipt receipt, AbandonReason reason, TimeSpan delay, MessageError? error, MessageCheckpoint? checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, QueueLimits.MaxDelay);
        Receipt = receipt;
        Reason = reason;
        Delay = delay;
        Error = error;
        Checkpoint = checkpoint;
    }

    /// <summary>The delivery.</summary>
    public QueueReceipt Receipt { get; }

    /// <summary>Why it is given up.</summary>
    public AbandonReason Reason { get; }

    /// <summary>How long the message waits before its next delivery, by the backend's clock.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Why it failed; <see langword="null"/> unless <see cref="Reason"/> is <see cref="AbandonReason.Failed"/>.</summary>
    public MessageError? Error { get; }

    /// <summary>How far the message got; <see langword="null"/> leaves an earlier checkpoint as it is.</summary>
    public MessageCheckpoint? Checkpoint { get; }

    /// <summary>The attempt failed and is charged as a failure.</summary>
    /// <param name="receipt">The delivery.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="delay">How long the message waits before its next delivery, zero to 366 days.</param>
    /// <param name="checkpoint">How far the message got; <see langword="null"/> leaves an earlier checkpoint as it is.</param>
    /// <returns>The abandonment.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or too long.</exception>
    public static QueueAbandonment Failed(QueueReceipt receipt, MessageError error, TimeSpan delay = default, MessageCheckpoint? checkpoint = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new QueueAbandonment(receipt, AbandonReason.Failed, delay, error, checkpoint);
    }

    /// <summary>The message cannot be worked on yet. Nothing is charged.</summary>
    /// <param name="receipt">The delivery.</param>
    /// <param name="delay">How long the message waits before its next delivery, zero to 366 days.</param>
    /// <param name="checkpoint">How far the message got; <see langword="null"/> leaves an earlier checkpoint as it is.</param>
    /// <returns>The abandonment.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or too long.</exception>
    public static QueueAbandonment Deferred(QueueReceipt receipt, TimeSpan delay, MessageCheckpoint? checkpoint = null) =>
        new(receipt, AbandonReason.Deferred, delay, error: null, checkpoint);

    /// <summary>The consumer is stopping: the message goes back to the head. Nothing is charged.</summary>
    /// <param name="receipt">The delivery.</param>
    /// <returns>The abandonment.</returns>
    public static QueueAbandonment Returned(QueueReceipt receipt) =>
        new(receipt, AbandonReason.Returned, TimeSpan.Zero, error: null, checkpoint: null);
}
