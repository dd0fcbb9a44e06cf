using System.Buffers;

namespace Pipeline.Queues;

/// <summary>Turns values into the bodies of messages and back. The default writes JSON.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <remarks>Implementations are thread safe. Whatever a read throws makes the message a dead letter, as unreadable.</remarks>
public interface IMessageSerializer<T>
{
    /// <summary>The media type of the encoding, for instance <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="destination">Where to write it.</param>
    void Serialize(T value, IBufferWriter<byte> destination);

    /// <summary>Reads a value.</summary>
    /// <param name="body">The body of a message.</param>
    /// <returns>The value.</returns>
    T Deserialize(ReadOnlyMemory<byte> body);
}
