using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.Generation;

/// <summary>All that the model knows of one message.</summary>
internal sealed class ModelMessage(QueueMessage message)
{
    public QueueMessage Message { get; } = message;

    public ModelState State { get; set; }

    /// <summary>Its place in its lane; <see langword="null"/> where none is promised, since it was blocked behind its key.</summary>
    public ModelPlace? Place { get; set; }

    /// <summary>Its place in the line of its ordering key.</summary>
    public ModelPlace? KeyPlace { get; set; }

    /// <summary>Whether it was returned, and so stands at the head of its lane.</summary>
    public bool IsAtHead { get; set; }

    /// <summary>Whether it was delivered and is neither done nor given up, so that its ordering key waits for it.</summary>
    public bool HoldsKey { get; set; }

    /// <summary>The earliest time at which it can have become ready.</summary>
    public DateTimeOffset ReadyFrom { get; set; }

    /// <summary>The latest; <see langword="null"/> while it is not ready.</summary>
    public DateTimeOffset? ReadyTo { get; set; }

    public DateTimeOffset Due { get; set; }

    /// <summary>Where it stands among those with the same due time.</summary>
    public long DueIndex { get; set; }

    public DateTimeOffset LeaseUntil { get; set; }

    public long Token { get; set; } = long.MinValue;

    public DateTimeOffset EnqueuedAt { get; set; }

    public int MaxDeliveries { get; set; }

    public int Deliveries { get; set; }

    public int Failures { get; set; }

    public int Crashes { get; set; }

    public int Redrives { get; set; }

    public MessageCheckpoint? Checkpoint { get; set; }

    public List<ModelAttempt> Attempts { get; } = [];

    public DeadLetterReason DeadReason { get; set; }

    public ModelPlace? DeathPlace { get; set; }

    /// <summary>The message as the log of operations names it.</summary>
    public override string ToString() => Message.Id.ToString()[..8];
}
