namespace Pipeline.Queues;

/// <summary>What became of one message of an enqueue call.</summary>
/// <param name="MessageId">The message's id; of a duplicate, the id of the message that was there first.</param>
/// <param name="IsDuplicate">
/// Whether nothing was added, because of an earlier message with the same deduplication key, or because the same message is there already.
/// </param>
public readonly record struct EnqueueResult(Guid MessageId, bool IsDuplicate);
