using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>The stored form of a value, version 1: a byte that says what follows, then the value as its serializer wrote it.</summary>
internal static class TieredValue
{
    /// <summary>Version 1, a value follows.</summary>
    public const byte Plain = 0x10;

    /// <summary>Version 1, the value is null and nothing follows.</summary>
    public const byte Null = 0x11;

    public const int HeaderBytes = 1;

    public static void Write<T>(T value, IHybridCacheSerializer<T> serializer, PooledBuffer target)
    {
        target.GetSpan(HeaderBytes)[0] = value is null ? Null : Plain;
        target.Advance(HeaderBytes);
        if (value is not null)
        {
            serializer.Serialize(value, target);
        }
    }

    /// <summary>Takes the first byte off.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="value">The value as its serializer wrote it; <see langword="null"/> for a null value.</param>
    /// <returns>Whether this version can read it.</returns>
    public static bool TryOpen(ReadOnlyMemory<byte> stored, out ReadOnlyMemory<byte>? value)
    {
        value = null;
        if (stored.IsEmpty)
        {
            return false;
        }

        switch (stored.Span[0])
        {
            case Plain:
                value = stored[HeaderBytes..];
                return true;
            case Null:
                return stored.Length == HeaderBytes;
            default:
                return false;
        }
    }

    public static T Read<T>(ReadOnlyMemory<byte>? value, IHybridCacheSerializer<T> serializer) =>
        value is { } bytes ? serializer.Deserialize(new ReadOnlySequence<byte>(bytes)) : default!;
}
