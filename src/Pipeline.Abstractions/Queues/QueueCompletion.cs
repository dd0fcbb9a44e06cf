namespace Pipeline.Queues;

/// <summary>One message that is done, and what follows from it.</summary>
/// <param name="Receipt">The delivery that is done.</param>
/// <param name="FollowUps">The messages that come to exist with the completion, and only with it; <see langword="null"/> for none.</param>
public readonly record struct QueueCompletion(QueueReceipt Receipt, IReadOnlyList<QueueFollowUp>? FollowUps = null);
