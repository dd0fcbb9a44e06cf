using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Queues;

/// <summary>An entry as it stands in the server: the layout is written down in queue.lua. Thread safe.</summary>
internal static class QueueEntryFormat
{
    public const byte Version = 1;

    // The server puts the two times before what is sent.
    private const int TimesLength = 16;
    private const int HeaderLength = 60;
    private const int IdStart = 32;
    private const int IdEnd = 48;
    private const byte Keyed = 1;

    /// <summary>Writes a new message as it is sent.</summary>
    public static byte[] Write(QueueMessage message)
    {
        var tenant = Encoding.UTF8.GetByteCount(message.Tenant);
        var key = message.OrderingKey is null ? 0 : Encoding.UTF8.GetByteCount(message.OrderingKey);
        var envelope = QueueEnvelope.GetLength(message);
        var bytes = new byte[HeaderLength - TimesLength + tenant + key + envelope];
        var span = bytes.AsSpan();
        span[0] = Version;
        span[1] = message.OrderingKey is null ? (byte)0 : Keyed;
        span[2] = (byte)message.Priority;
        BinaryPrimitives.WriteUInt16BigEndian(span[4..], (ushort)(message.MaxDeliveries ?? 0));
        message.Id.TryWriteBytes(span[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(span[32..], (ushort)tenant);
        BinaryPrimitives.WriteUInt16BigEndian(span[34..], (ushort)key);
        BinaryPrimitives.WriteInt32BigEndian(span[36..], envelope);
        span = span[(HeaderLength - TimesLength)..];
        Encoding.UTF8.GetBytes(message.Tenant, span);
        Encoding.UTF8.GetBytes(message.OrderingKey ?? "", span[tenant..]);
        QueueEnvelope.Write(message, span[(tenant + key)..]);
        return bytes;
    }

    /// <summary>Reads an entry.</summary>
    /// <returns><see langword="false"/> if it is none that this version can read.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out QueueEntry entry)
    {
        entry = default;
        var span = bytes.Span;
        if (span.Length < HeaderLength || span[TimesLength] != Version)
        {
            return false;
        }

        int tenantLength = BinaryPrimitives.ReadUInt16BigEndian(span[48..]);
        int keyLength = BinaryPrimitives.ReadUInt16BigEndian(span[50..]);
        var envelopeLength = BinaryPrimitives.ReadInt32BigEndian(span[52..]);
        var checkpointLength = BinaryPrimitives.ReadInt32BigEndian(span[56..]);
        if (envelopeLength < 0 || checkpointLength < 0 || span.Length - HeaderLength < (long)tenantLength + keyLength + envelopeLength + checkpointLength)
        {
            return false;
        }

        var tenant = span.Slice(HeaderLength, tenantLength);
        var key = span.Slice(HeaderLength + tenantLength, keyLength);
        var rest = HeaderLength + tenantLength + keyLength;
        if (!QueueEnvelope.TryRead(bytes.Slice(rest, envelopeLength), out var content)
            || !TryMakeMessage(span, tenant, key, content, out var message))
        {
            return false;
        }

        var checkpoint = bytes.Slice(rest + envelopeLength, checkpointLength);
        entry = new QueueEntry(message, ReadTime(span))
        {
            Failures = BinaryPrimitives.ReadUInt16BigEndian(span[22..]),
            Crashes = BinaryPrimitives.ReadUInt16BigEndian(span[24..]),
            Redrives = BinaryPrimitives.ReadUInt16BigEndian(span[26..]),
            Deliveries = BinaryPrimitives.ReadInt32BigEndian(span[28..]),
            Checkpoint = checkpoint.IsEmpty ? null : QueueAttemptFormat.ReadCheckpoint(checkpoint),
            Attempts = bytes[(rest + envelopeLength + checkpointLength)..],
        };
        return true;
    }

    /// <summary>Reads the id of whatever stands where an entry should: its own, or where it is too short for one, what the scripts call it by.</summary>
    public static Guid ReadId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= IdEnd)
        {
            return new Guid(bytes[IdStart..IdEnd], bigEndian: true);
        }

#pragma warning disable CA5350 // It is what the server's scripts have; nothing is secured by it.
        var name = Convert.ToHexStringLower(SHA1.HashData(bytes));
#pragma warning restore CA5350
        return new Guid(Encoding.ASCII.GetBytes(name, 0, IdEnd - IdStart), bigEndian: true);
    }

    /// <summary>Reads a time in microseconds since 1970.</summary>
    public static DateTimeOffset ReadTime(ReadOnlySpan<byte> bytes) =>
        DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(bytes) * TimeSpan.TicksPerMicrosecond);

    private static bool TryMakeMessage(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> tenant, ReadOnlySpan<byte> key, in QueueEnvelopeContent content, out QueueMessage message)
    {
        var isKeyed = (header[17] & Keyed) != 0;
        int maxDeliveries = BinaryPrimitives.ReadUInt16BigEndian(header[20..]);
        try
        {
            message = new QueueMessage(content.Body)
            {
                Id = new Guid(header.Slice(32, 16), bigEndian: true),
                Schema = content.Schema,
                Headers = content.Headers,
                Tenant = tenant.SequenceEqual("default"u8) ? "default" : Encoding.UTF8.GetString(tenant),
                OrderingKey = isKeyed ? Encoding.UTF8.GetString(key) : null,
                DeduplicationKey = content.DeduplicationKey,
                Priority = header[18],
                MaxDeliveries = maxDeliveries == 0 ? null : maxDeliveries,
            };
            return true;
        }
        catch (ArgumentException)
        {
            message = null!;
            return false;
        }
    }
}
