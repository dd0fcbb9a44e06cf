using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The bytes of an envelope before the payload, as <c>docs/formats.md</c> lays them out. All numbers are little-endian.</summary>
internal static class CacheEnvelopeHeader
{
    internal const int FixedLength = 32;

    private const int VersionAt = 4;
    private const int FlagsAt = 5;
    private const int HeaderLengthAt = 6;
    private const int ChecksumAt = 8;
    private const int PayloadLengthAt = 12;
    private const int FreshUntilAt = 16;
    private const int KeepUntilAt = 24;

    private const byte SlidingFlag = 1;
    private const byte TaggedFlag = 2;

    private static readonly long MaxUnixMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly long MaxWindow = (long)CacheEntryOptions.MaxDuration.TotalMilliseconds;

    // 0x89 begins no character of UTF-8, so that no text is taken for an envelope.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'P', (byte)'L', (byte)'C'];

    internal static int GetLength(in CacheEnvelope envelope)
    {
        var length = FixedLength + (envelope.SlidingWindow is null ? 0 : sizeof(long));
        if (envelope.Tags.Count == 0)
        {
            return length;
        }

        length += sizeof(ushort);
        foreach (ref readonly var tag in envelope.Tags)
        {
            length += sizeof(long) + sizeof(ushort) + Encoding.UTF8.GetByteCount(tag.Tag);
        }

        return length;
    }

    /// <summary>Writes all of the header but the checksum.</summary>
    internal static void Write(Span<byte> header, in CacheEnvelope envelope, int payloadLength)
    {
        var freshUntil = envelope.FreshUntil.ToUnixTimeMilliseconds();
        var keepUntil = envelope.KeepUntil.ToUnixTimeMilliseconds();
        var window = envelope.SlidingWindow is { } sliding ? sliding.Ticks / TimeSpan.TicksPerMillisecond : (long?)null;
        if (!AreValid(freshUntil, keepUntil, window))
        {
            throw new InvalidOperationException(
                "The envelope's times are out of range. Give a fresh time from 1970 on, a keep time not before it, "
                + "and a sliding window from 1 millisecond to 3650 days.");
        }

        Magic.CopyTo(header);
        header[VersionAt] = CacheEnvelope.Version;
        header[FlagsAt] = (byte)((window is null ? 0 : SlidingFlag) | (envelope.Tags.Count == 0 ? 0 : TaggedFlag));
        BinaryPrimitives.WriteUInt16LittleEndian(header[HeaderLengthAt..], (ushort)header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[PayloadLengthAt..], payloadLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[FreshUntilAt..], freshUntil);
        BinaryPrimitives.WriteInt64LittleEndian(header[KeepUntilAt..], keepUntil);

        var rest = header[FixedLength..];
        if (window is { } milliseconds)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, milliseconds);
            rest = rest[sizeof(long)..];
        }

        if (envelope.Tags.Count > 0)
        {
            WriteTags(rest, envelope.Tags);
        }
    }

    /// <summary>Reads how long the header is, if what follows the fixed part can be an envelope at all.</summary>
    internal static bool TryGetLength(ReadOnlySpan<byte> start, long totalLength, out int length)
    {
        length = 0;
        if (start.Length < FixedLength
            || !start.StartsWith(Magic)
            || start[VersionAt] != CacheEnvelope.Version
            || (start[FlagsAt] & ~(SlidingFlag | TaggedFlag)) != 0)
        {
            return false;
        }

        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(start[HeaderLengthAt..]);
        var payloadLength = BinaryPrimitives.ReadInt32LittleEndian(start[PayloadLengthAt..]);
        if (headerLength < FixedLength
            || payloadLength is < 0 or > CacheEntryOptions.MaxValueBytes
            || headerLength + payloadLength != totalLength)
        {
            return false;
        }

        length = headerLength;
        return true;
    }

    /// <summary>Reads a header whose fixed part and checksum were found right.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> header, out CacheEnvelope envelope)
    {
        envelope = default;
        var flags = header[FlagsAt];
        var rest = header[FixedLength..];
        long? window = null;
        if ((flags & SlidingFlag) != 0)
        {
            if (!BinaryPrimitives.TryReadInt64LittleEndian(rest, out var milliseconds))
            {
                return false;
            }

            window = milliseconds;
            rest = rest[sizeof(long)..];
        }

        var freshUntil = BinaryPrimitives.ReadInt64LittleEndian(header[FreshUntilAt..]);
        var keepUntil = BinaryPrimitives.ReadInt64LittleEndian(header[KeepUntilAt..]);
        if (!AreValid(freshUntil, keepUntil, window) || !TryReadTags(rest, (flags & TaggedFlag) != 0, out var tags))
        {
            return false;
        }

        envelope = new()
        {
            FreshUntil = DateTimeOffset.FromUnixTimeMilliseconds(freshUntil),
            KeepUntil = DateTimeOffset.FromUnixTimeMilliseconds(keepUntil),
            SlidingWindow = window is { } w ? TimeSpan.FromMilliseconds(w) : null,
            Tags = tags,
        };
        return true;
    }

    internal static Crc32C StartChecksum(ReadOnlySpan<byte> header)
    {
        var crc = Crc32C.Start();
        crc.Append(header[..ChecksumAt]);
        crc.Append(header[PayloadLengthAt..]);
        return crc;
    }

    internal static uint ReadChecksum(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]);

    internal static void WriteChecksum(Span<byte> header, uint checksum) => BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], checksum);

    private static bool AreValid(long freshUntil, long keepUntil, long? window) =>
        freshUntil >= 0 && freshUntil <= keepUntil && keepUntil <= MaxUnixMilliseconds && (window is null || (window >= 1 && window <= MaxWindow));

    private static void WriteTags(Span<byte> rest, TagGenerations tags)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)tags.Count);
        rest = rest[sizeof(ushort)..];
        foreach (ref readonly var tag in tags)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, tag.Generation);
            var bytes = Encoding.UTF8.GetBytes(tag.Tag, rest[(sizeof(long) + sizeof(ushort))..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[sizeof(long)..], (ushort)bytes);
            rest = rest[(sizeof(long) + sizeof(ushort) + bytes)..];
        }
    }

    private static bool TryReadTags(ReadOnlySpan<byte> rest, bool isTagged, out TagGenerations tags)
    {
        tags = TagGenerations.None;
        if (!isTagged)
        {
            return rest.IsEmpty;
        }

        if (!BinaryPrimitives.TryReadUInt16LittleEndian(rest, out var count) || count is 0 or > TagGenerations.MaxTags)
        {
            return false;
        }

        rest = rest[sizeof(ushort)..];
        var items = new TagGeneration[count];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryReadTag(ref rest, out items[i]))
            {
                return false;
            }
        }

        if (!rest.IsEmpty || !TagGenerations.TryAdopt(items, out var result))
        {
            return false;
        }

        tags = result;
        return true;
    }

    private static bool TryReadTag(ref ReadOnlySpan<byte> rest, out TagGeneration tag)
    {
        tag = default;
        if (rest.Length < sizeof(long) + sizeof(ushort))
        {
            return false;
        }

        var generation = BinaryPrimitives.ReadInt64LittleEndian(rest);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[sizeof(long)..]);
        rest = rest[(sizeof(long) + sizeof(ushort))..];
        if (generation < 1 || length > rest.Length || !Utf8.IsValid(rest[..length]))
        {
            return false;
        }

        var name = Encoding.UTF8.GetString(rest[..length]);
        rest = rest[length..];
        if (StoredName.FindProblem(name) is not null)
        {
            return false;
        }

        tag = new(name, generation);
        return true;
    }
}
