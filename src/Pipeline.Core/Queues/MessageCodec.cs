using System.Buffers;

namespace Pipeline.Queues;

/// <summary>Writes and reads the messages of one typed queue, and refuses to read what it does not know.</summary>
internal sealed class MessageCodec<T>(string queue, MessageSchema schema, int oldestVersion, IMessageSerializer<T> serializer)
{
    public MessageSchema Schema { get; } = schema;

    public ReadOnlyMemory<byte> Write(T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            serializer.Serialize(value, buffer);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"A value of {typeof(T).Name} could not be encoded for queue '{queue}' ({exception.GetType().Name}). "
                + "See the inner exception; correct the value or the serializer.",
                exception);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Reads a message, or what a checkpoint has put in its body's place.</summary>
    /// <exception cref="UnreadableMessageException">Its type, version, encoding or body cannot be read here.</exception>
    public T Read(QueueMessage message, MessageCheckpoint? checkpoint = null)
    {
        var actual = message.Schema;
        if (!string.Equals(actual.Type, Schema.Type, StringComparison.Ordinal))
        {
            throw new UnreadableMessageException($"The message holds type '{actual.Type}'; this worker reads '{Schema.Type}'.");
        }

        if (actual.Version < oldestVersion || actual.Version > Schema.Version)
        {
            throw new UnreadableMessageException(
                $"The message holds version {actual.Version} of '{actual.Type}'; this worker reads {oldestVersion} to {Schema.Version}.");
        }

        if (!string.Equals(actual.ContentType, Schema.ContentType, StringComparison.OrdinalIgnoreCase))
        {
            throw new UnreadableMessageException($"The message is encoded as '{actual.ContentType}'; this worker reads '{Schema.ContentType}'.");
        }

        try
        {
            return serializer.Deserialize(checkpoint?.Body ?? message.Body);
        }
        catch (Exception exception)
        {
            // The exception's own text may quote the payload, which must not reach logs or the dead letter's reason.
            throw new UnreadableMessageException($"The body could not be read as '{actual.Type}' ({exception.GetType().Name}).", exception);
        }
    }
}
