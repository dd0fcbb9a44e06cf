using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Queues;

/// <summary>The stored form of errors, checkpoints and attempts, numbers big-endian.</summary>
/// <remarks>
/// <para>
/// An error: type, message, step and trace id, each its length (2 bytes) and UTF-8, an empty step or trace id standing for none. A checkpoint: the step (2 bytes and
/// UTF-8) and the body. An attempt: which delivery (4 bytes), when (8 bytes, microseconds since 1970), outcome (1 byte), length of the error (2 bytes), error.
/// </para>
/// <para>Called by backends. Thread safe.</para>
/// </remarks>
public static class QueueAttemptFormat
{
    private const int AttemptHeaderLength = 4 + 8 + 1 + 2;

    /// <summary>Writes an error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>Its bytes.</returns>
    public static byte[] WriteError(MessageError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        string[] parts = [error.Type, error.Message, error.Step ?? "", error.TraceId ?? ""];
        var bytes = new byte[parts.Sum(static part => 2 + Encoding.UTF8.GetByteCount(part))];
        var rest = bytes.AsSpan();
        foreach (var part in parts)
        {
            var length = Encoding.UTF8.GetBytes(part, rest[2..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)length);
            rest = rest[(2 + length)..];
        }

        return bytes;
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>Its bytes.</returns>
    public static byte[] WriteCheckpoint(MessageCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var step = Encoding.UTF8.GetByteCount(checkpoint.Step);
        var bytes = new byte[2 + step + checkpoint.Body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)step);
        Encoding.UTF8.GetBytes(checkpoint.Step, bytes.AsSpan(2));
        checkpoint.Body.Span.CopyTo(bytes.AsSpan(2 + step));
        return bytes;
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="bytes">The bytes. The body that is read is a part of them, and not a copy.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="ArgumentException">It is no checkpoint.</exception>
    public static MessageCheckpoint ReadCheckpoint(ReadOnlyMemory<byte> bytes)
    {
        int step = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
        return new MessageCheckpoint(Encoding.UTF8.GetString(bytes.Span.Slice(2, step)), bytes[(2 + step)..]);
    }

    /// <summary>Reads attempts that follow each other.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The attempts, in their order.</returns>
    public static IReadOnlyList<MessageAttempt> ReadAttempts(ReadOnlySpan<byte> bytes)
    {
        var attempts = new List<MessageAttempt>();
        while (bytes.Length >= AttemptHeaderLength)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(AttemptHeaderLength - 2)..]);
            attempts.Add(new MessageAttempt(
                BinaryPrimitives.ReadInt32BigEndian(bytes),
                DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(bytes[4..]) * TimeSpan.TicksPerMicrosecond),
                (AttemptOutcome)bytes[12],
                length == 0 ? null : ReadError(bytes.Slice(AttemptHeaderLength, length))));
            bytes = bytes[(AttemptHeaderLength + length)..];
        }

        return attempts;
    }

    private static MessageError ReadError(ReadOnlySpan<byte> bytes)
    {
        var type = Take(ref bytes);
        return new MessageError(type, Take(ref bytes)) { Step = NullIfEmpty(Take(ref bytes)), TraceId = NullIfEmpty(Take(ref bytes)) };
    }

    private static string Take(ref ReadOnlySpan<byte> bytes)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        var text = Encoding.UTF8.GetString(bytes.Slice(2, length));
        bytes = bytes[(2 + length)..];
        return text;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
