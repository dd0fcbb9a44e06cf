using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>How far a message got before it was abandoned: the step to resume at, and the body to resume with.</summary>
/// <remarks>Immutable. A checkpoint replaces the one before it and goes with the message into the dead letters and back.</remarks>
public sealed class MessageCheckpoint
{
    /// <summary>Makes a checkpoint.</summary>
    /// <param name="step">The step to resume at, 1 to 512 bytes of UTF-8.</param>
    /// <param name="body">The body to resume with, under the same bound as a message's body. It is not copied.</param>
    /// <exception cref="ArgumentException"><paramref name="step"/> is no valid name.</exception>
    public MessageCheckpoint(string step, ReadOnlyMemory<byte> body)
    {
        StoredName.ThrowIfInvalid(step);
        Step = step;
        Body = body;
    }

    /// <summary>The step to resume at.</summary>
    public string Step { get; }

    /// <summary>The body to resume with, encoded as the message's schema says.</summary>
    public ReadOnlyMemory<byte> Body { get; }
}
