namespace Pipeline.Queues;

/// <summary>A bounded queue has no room for the messages of an enqueue. None of them was added.</summary>
public sealed class QueueFullException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="capacity">The queue's capacity, in messages.</param>
    public QueueFullException(string queue, long capacity)
        : base($"Queue '{queue}' is full: its capacity is {capacity} messages. Enqueue later, set WhenFull to Wait, or raise Capacity.")
    {
        Queue = queue;
        Capacity = capacity;
    }

    /// <summary>The queue's name.</summary>
    public string Queue { get; }

    /// <summary>The queue's capacity, in messages.</summary>
    public long Capacity { get; }
}
