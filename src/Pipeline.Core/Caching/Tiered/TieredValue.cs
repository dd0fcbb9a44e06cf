using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>
/// The stored form of a value: a byte that says what follows, what it took to make the value where that is known, then the value as its
/// serializer wrote it.
/// </summary>
internal static class TieredValue
{
    /// <summary>Version 1, a value follows.</summary>
    public const byte Plain = 0x10;

    /// <summary>Version 1, the value is null and nothing follows.</summary>
    public const byte Null = 0x11;

    /// <summary>Version 2, an origin and a value follow.</summary>
    public const byte PlainOfOrigin = 0x20;

    /// <summary>Version 2, an origin follows, and the value is null.</summary>
    public const byte NullOfOrigin = 0x21;

    /// <returns>How many bytes stand before the value.</returns>
    public static int Write<T>(T value, ValueOrigin? origin, IHybridCacheSerializer<T> serializer, PooledBuffer target)
    {
        target.Write([(value is null, origin is null) switch
        {
            (false, true) => Plain,
            (true, true) => Null,
            (false, false) => PlainOfOrigin,
            (true, false) => NullOfOrigin,
        }]);
        if (origin is not null)
        {
            ValueOriginFormat.Write(target, origin);
        }

        var header = target.Length;
        if (value is not null)
        {
            serializer.Serialize(value, target);
        }

        return header;
    }

    /// <summary>Takes off what stands before the value.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="value">The value as its serializer wrote it; <see langword="null"/> for a null value.</param>
    /// <param name="origin">What it took to make the value; <see langword="null"/> where that is not known.</param>
    /// <returns>Whether these versions can read it.</returns>
    /// <exception cref="InvalidDataException">The origin cannot be read.</exception>
    public static bool TryOpen(ReadOnlyMemory<byte> stored, out ReadOnlyMemory<byte>? value, out ValueOrigin? origin)
    {
        value = null;
        origin = null;
        if (stored.IsEmpty)
        {
            return false;
        }

        var kind = stored.Span[0];
        var rest = stored[1..];
        if (kind is PlainOfOrigin or NullOfOrigin)
        {
            var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(rest));
            origin = ValueOriginFormat.Read(ref reader);
            rest = rest[(int)reader.Consumed..];
        }

        if (kind is Plain or PlainOfOrigin)
        {
            value = rest;
            return true;
        }

        return kind is Null or NullOfOrigin && rest.IsEmpty;
    }

    public static T Read<T>(ReadOnlyMemory<byte>? value, IHybridCacheSerializer<T> serializer) =>
        value is { } bytes ? serializer.Deserialize(new ReadOnlySequence<byte>(bytes)) : default!;
}
