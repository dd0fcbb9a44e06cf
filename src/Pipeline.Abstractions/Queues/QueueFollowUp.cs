using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>A message that comes to exist in the same act that completes another.</summary>
/// <remarks>Immutable.</remarks>
public sealed class QueueFollowUp
{
    /// <summary>Makes a follow-up.</summary>
    /// <param name="queue">The name of the queue that gets the message, of the same backend.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is no valid name.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is <see langword="null"/>.</exception>
    public QueueFollowUp(string queue, QueueMessage message)
    {
        StoredName.ThrowIfInvalid(queue);
        ArgumentNullException.ThrowIfNull(message);
        Queue = queue;
        Message = message;
    }

    /// <summary>The name of the queue that gets the message.</summary>
    public string Queue { get; }

    /// <summary>The message.</summary>
    public QueueMessage Message { get; }
}
