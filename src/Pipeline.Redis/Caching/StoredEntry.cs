using System.Buffers;
using System.Runtime.InteropServices;

namespace Pipeline.Caching;

/// <summary>What a read brought from the server, and what it is.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct StoredEntry
{
    /// <summary>Stands for the time left where a plain get was made, which does not tell it.</summary>
    public const long NotAsked = long.MinValue;

    /// <summary>The time left of what is no string.</summary>
    private const long NoString = -3;

    private readonly byte[]? _bytes;
    private readonly int _valueAt;

    private StoredEntry(CacheReadResult result, bool isSliding, byte[]? bytes = null, int valueAt = 0)
    {
        Result = result;
        IsSliding = isSliding;
        _bytes = bytes;
        _valueAt = valueAt;
    }

    /// <summary>What stands under a key that holds something other than a string.</summary>
    public static StoredEntry Foreign => new(CacheReadResult.Unreadable, isSliding: false);

    /// <summary>The result for a reader who allows stale, before its tags have been judged.</summary>
    public CacheReadResult Result { get; }

    public bool IsSliding { get; }

    /// <summary>Reads what is stored.</summary>
    /// <param name="bytes">What the server has, or <see langword="null"/> for nothing.</param>
    /// <param name="left">The milliseconds until the server drops it, as <c>slide.lua</c> says it, or <see cref="NotAsked"/>.</param>
    /// <param name="now">The server's time.</param>
    public static StoredEntry Read(byte[]? bytes, long left, DateTimeOffset now)
    {
        if (bytes is null)
        {
            return left == NoString ? Foreign : default;
        }

        if (!CacheEnvelope.TryRead(bytes, out var envelope, out var value))
        {
            return Foreign;
        }

        var (freshUntil, keepUntil) = (envelope.FreshUntil, envelope.KeepUntil);
        if (envelope.SlidingWindow is not null)
        {
            // The end that moves is the key's expiry. Without it, what the entry would have if it were used now serves: it is there, so it is kept.
            keepUntil = left >= 0 ? now.AddMilliseconds(left) : envelope.KeepUntilIfUsedAt(now);
            freshUntil = keepUntil - (envelope.KeepUntil - envelope.FreshUntil);
        }

        return new(
            CacheReadResult.Judge(freshUntil, keepUntil, now, value.Length, envelope.Tags),
            envelope.SlidingWindow is not null,
            bytes,
            bytes.Length - value.Length);
    }

    /// <summary>Writes the value at one go, so that a destination which has no room for it gets nothing.</summary>
    public void CopyTo(IBufferWriter<byte> destination)
    {
        var value = Value;
        if (value.Length > 0)
        {
            value.CopyTo(destination.GetSpan(value.Length));
            destination.Advance(value.Length);
        }
    }

    public ReadOnlySpan<byte> Value => _bytes.AsSpan(_valueAt);
}
