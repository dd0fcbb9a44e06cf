using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;

namespace Pipeline.Queues;

/// <summary>
/// The stored form of what a queue only carries, and never looks at: a message's schema, deduplication key, headers and body. What a queue works with
/// (id, tenant, ordering key, priority, counters, times) each backend keeps beside it in its own way.
/// </summary>
/// <remarks>
/// <para>
/// Version 1, all numbers big-endian: version (1 byte), type (length in 2 bytes, UTF-8), schema version (4 bytes), content type (2 bytes, UTF-8),
/// deduplication key (2 bytes, UTF-8; empty for none), number of headers (2 bytes), for each its name and value (2 bytes, UTF-8, each); the rest is the body.
/// </para>
/// <para>Called by backends. Thread safe.</para>
/// </remarks>
public static class QueueEnvelope
{
    /// <summary>The version that is written: 1.</summary>
    public const byte Version = 1;

    private const int FixedLength = 1 + 2 + 4 + 2 + 2 + 2;

    /// <summary>Reckons how many bytes a message's envelope takes.</summary>
    /// <param name="message">The message, whose headers are within <see cref="QueueLimits.MaxHeaderBytes"/>.</param>
    /// <returns>The number of bytes.</returns>
    public static int GetLength(QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var length = FixedLength + Utf8Length(message.Schema.Type) + Utf8Length(message.Schema.ContentType) + Utf8Length(message.DeduplicationKey) + message.Body.Length;
        if (message.Headers.Count > 0)
        {
            foreach (var (name, value) in message.Headers)
            {
                length += 2 + 2 + Utf8Length(name) + Utf8Length(value);
            }
        }

        return length;
    }

    /// <summary>Writes a message's envelope.</summary>
    /// <param name="message">The message.</param>
    /// <param name="destination">Exactly <see cref="GetLength"/> bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public static void Write(QueueMessage message, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (destination.Length != GetLength(message))
        {
            throw new ArgumentException("The destination has another length than the envelope. Give it what GetLength says.", nameof(destination));
        }

        destination[0] = Version;
        var rest = WriteText(message.Schema.Type, destination[1..]);
        BinaryPrimitives.WriteInt32BigEndian(rest, message.Schema.Version);
        rest = WriteText(message.Schema.ContentType, rest[4..]);
        rest = WriteText(message.DeduplicationKey, rest);
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)message.Headers.Count);
        rest = rest[2..];
        if (message.Headers.Count > 0)
        {
            foreach (var (name, value) in message.Headers)
            {
                rest = WriteText(value, WriteText(name, rest));
            }
        }

        message.Body.Span.CopyTo(rest);
    }

    /// <summary>Reads an envelope.</summary>
    /// <param name="envelope">The envelope. The body that is read is a part of it, and not a copy.</param>
    /// <param name="content">What it holds.</param>
    /// <returns><see langword="false"/> if it is none that this version can read.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> envelope, out QueueEnvelopeContent content)
    {
        content = default;
        var rest = envelope.Span;
        if (rest.Length < FixedLength || rest[0] != Version)
        {
            return false;
        }

        rest = rest[1..];
        if (!TryTake(ref rest, out var type) || rest.Length < 4)
        {
            return false;
        }

        var version = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        if (!TryTake(ref rest, out var contentType) || !TryTake(ref rest, out var deduplicationKey) || !TryReadHeaders(ref rest, out var headers)
            || !TryMakeSchema(type, version, contentType, out var schema))
        {
            return false;
        }

        content = new QueueEnvelopeContent(schema, deduplicationKey.IsEmpty ? null : Encoding.UTF8.GetString(deduplicationKey), headers, envelope[^rest.Length..]);
        return true;
    }

    private static bool TryReadHeaders(ref ReadOnlySpan<byte> rest, out IReadOnlyDictionary<string, string> headers)
    {
        headers = FrozenDictionary<string, string>.Empty;
        if (rest.Length < 2)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        if (count == 0)
        {
            return true;
        }

        var read = new Dictionary<string, string>(Math.Min((int)count, 64), StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (!TryTake(ref rest, out var name) || !TryTake(ref rest, out var value))
            {
                return false;
            }

            read[Encoding.UTF8.GetString(name)] = Encoding.UTF8.GetString(value);
        }

        headers = read;
        return true;
    }

    private static bool TryMakeSchema(ReadOnlySpan<byte> type, int version, ReadOnlySpan<byte> contentType, out MessageSchema schema)
    {
        var bytes = MessageSchema.Bytes;
        schema = bytes;
        if (version == bytes.Version && type.SequenceEqual("bytes"u8) && contentType.SequenceEqual("application/octet-stream"u8))
        {
            return true;
        }

        try
        {
            schema = new MessageSchema(Encoding.UTF8.GetString(type), version, Encoding.UTF8.GetString(contentType));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int Utf8Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static Span<byte> WriteText(string? text, Span<byte> destination)
    {
        var length = Encoding.UTF8.GetBytes(text ?? "", destination[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)length);
        return destination[(2 + length)..];
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.Length < 2)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < 2 + length)
        {
            return false;
        }

        text = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }
}
