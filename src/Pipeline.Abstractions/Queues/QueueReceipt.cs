namespace Pipeline.Queues;

/// <summary>One delivery of one message: what a consumer shows to complete, renew or abandon it.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="AttemptToken">
/// The token of this delivery. Each delivery of a message has a greater one than all before it, so a receipt whose lease ran out and
/// whose message was delivered again is refused.
/// </param>
/// <param name="Locator">Where the backend keeps the message; meaningful to that backend only, and zero where it needs none.</param>
public readonly record struct QueueReceipt(Guid MessageId, long AttemptToken, long Locator = 0);
