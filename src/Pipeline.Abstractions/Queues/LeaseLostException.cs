namespace Pipeline.Queues;

/// <summary>
/// A delivery is no longer the caller's: its lease ran out, or it was completed, abandoned or dead-lettered already. The call did nothing.
/// </summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="receipt">The delivery that was lost.</param>
    public LeaseLostException(string queue, QueueReceipt receipt)
        : base($"The lease on message {receipt.MessageId} of queue '{queue}' is lost, and the message may be with another consumer. "
            + "Renew leases while a handler runs, or take longer ones.")
    {
        Queue = queue;
        Receipt = receipt;
    }

    /// <summary>The queue's name.</summary>
    public string Queue { get; }

    /// <summary>The delivery that was lost.</summary>
    public QueueReceipt Receipt { get; }
}
