using System.Buffers;

namespace Pipeline.Steps;

/// <summary>The bytes of a cached stream, as <c>docs/formats.md</c> describes them, "Cached stream, version 1".</summary>
internal static class CachedStreamFormat
{
    private const byte Version = 1;
    private const int BitsPerByte = 7;
    private const int More = 1 << BitsPerByte;
    private const int MaxLengthBytes = 5;

    /// <summary>Begins a stream.</summary>
    public static ArrayBufferWriter<byte> Begin()
    {
        var stream = new ArrayBufferWriter<byte>();
        stream.Write([Version]);
        return stream;
    }

    /// <summary>Writes an item.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="isNull">Whether the item is null.</param>
    /// <param name="item">The item as its serializer wrote it.</param>
    public static void WriteItem(IBufferWriter<byte> stream, bool isNull, ReadOnlySpan<byte> item)
    {
        var rest = isNull ? 0 : (uint)item.Length + 1;
        var bytes = stream.GetSpan(MaxLengthBytes);
        var count = 0;
        for (; rest >= More; rest >>= BitsPerByte)
        {
            bytes[count++] = (byte)(rest | More);
        }

        bytes[count++] = (byte)rest;
        stream.Advance(count);
        stream.Write(item);
    }

    /// <summary>Reads what a stream begins with.</summary>
    /// <exception cref="InvalidDataException">It is not a stream of this version.</exception>
    public static SequenceReader<byte> Open(ReadOnlySequence<byte> stream)
    {
        var reader = new SequenceReader<byte>(stream);
        return reader.TryRead(out var version) && version == Version
            ? reader
            : throw new InvalidDataException("The cached stream is of a version that is not known here.");
    }

    /// <summary>Reads the next item.</summary>
    /// <returns>The item as its serializer wrote it; <see langword="null"/> for a null item.</returns>
    /// <exception cref="InvalidDataException">There is no whole item.</exception>
    public static ReadOnlySequence<byte>? ReadItem(ref SequenceReader<byte> reader)
    {
        var number = ReadNumber(ref reader);
        if (number == 0)
        {
            return null;
        }

        return number - 1 <= reader.Remaining && reader.TryReadExact((int)(number - 1), out var item) ? item : throw Truncated();
    }

    private static long ReadNumber(ref SequenceReader<byte> reader)
    {
        var number = 0L;
        for (var i = 0; i < MaxLengthBytes && reader.TryRead(out var part); i++)
        {
            number |= (long)(part & (More - 1)) << (i * BitsPerByte);
            if (part < More)
            {
                return number;
            }
        }

        throw Truncated();
    }

    private static InvalidDataException Truncated() => new("The cached stream ends within an item.");
}
