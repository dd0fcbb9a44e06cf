namespace Pipeline.Queues;

/// <summary>One delivery that goes to the dead letters at once, because no retry can help.</summary>
/// <param name="Receipt">The delivery.</param>
/// <param name="Reason">Why the message is dead.</param>
/// <param name="Error">What happened. It is kept as the last attempt, and charged as a failure.</param>
/// <param name="Checkpoint">How far the message got; <see langword="null"/> leaves an earlier checkpoint as it is.</param>
public sealed record QueueRejection(
    QueueReceipt Receipt, DeadLetterReason Reason, MessageError Error, MessageCheckpoint? Checkpoint = null);
