namespace Pipeline.Queues;

/// <summary>What a bounded queue does with an enqueue for which it has no room.</summary>
public enum QueueFullMode
{
    /// <summary>Throws <see cref="QueueFullException"/> at once. The default.</summary>
    Refuse = 0,

    /// <summary>Waits for room until the call is cancelled; waiting producers are served in their order.</summary>
    Wait = 1,
}
