namespace Pipeline.Queues;

/// <summary>Why a delivery is given up, which decides what is charged to the message.</summary>
public enum AbandonReason
{
    /// <summary>The attempt failed. Charges a failure; the last one that the message may have makes it a dead letter.</summary>
    Failed = 0,

    /// <summary>The message cannot be worked on yet (a rate limit, for instance). Charges nothing, not even the delivery.</summary>
    Deferred = 1,

    /// <summary>
    /// The message was not worked on, or not to the end, because its consumer is stopping. Charges nothing, not even the delivery, and
    /// without a delay puts the message at the head again.
    /// </summary>
    Returned = 2,
}
