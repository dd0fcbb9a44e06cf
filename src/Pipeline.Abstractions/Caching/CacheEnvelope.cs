using System.Buffers;
using System.Runtime.InteropServices;

namespace Pipeline.Caching;

/// <summary>What stands around a value in a cache that is outside the process: its expiry and its tags, versioned and with a checksum.</summary>
/// <remarks>
/// The bytes are described in <c>docs/formats.md</c>, "Cache envelope, version 1". Times are the backend's, in whole milliseconds. Nothing
/// is allocated to write an envelope, nor to read one without tags.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct CacheEnvelope
{
    private readonly TagGenerations? _tags;

    /// <summary>The version of the format that is written, and the greatest that can be read: 1.</summary>
    public const byte Version = 1;

    /// <summary>Until when the entry is fresh. For a sliding entry: the time beyond which no read extends it.</summary>
    public DateTimeOffset FreshUntil { get; init; }

    /// <summary>Until when the entry is kept. For a sliding entry: the latest time until which it may be kept.</summary>
    public DateTimeOffset KeepUntil { get; init; }

    /// <summary>How long after a read a sliding entry is fresh; <see langword="null"/> for one whose fresh time does not move.</summary>
    /// <remarks>When the entry was last read is not in the envelope: the backend keeps the end that moves, as the expiry of its key or row.</remarks>
    public TimeSpan? SlidingWindow { get; init; }

    /// <summary>The entry's tags with their generations.</summary>
    public TagGenerations Tags
    {
        get => _tags ?? TagGenerations.None;
        init => _tags = value is { Count: > 0 } ? value : null;
    }

    /// <summary>Makes the envelope of an entry that is stored now.</summary>
    /// <param name="options">How long the entry lives, and its tags.</param>
    /// <param name="now">The backend's time.</param>
    /// <returns>The envelope, its times cut to whole milliseconds.</returns>
    public static CacheEnvelope Create(CacheEntryOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var freshUntil = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds() + Milliseconds(options.FreshFor));
        return new()
        {
            FreshUntil = freshUntil,
            KeepUntil = freshUntil.AddMilliseconds(Milliseconds(options.StaleFor)),
            SlidingWindow = options.SlidingWindow is { } window ? TimeSpan.FromMilliseconds(Milliseconds(window)) : null,
            Tags = options.Tags,
        };
    }

    /// <summary>Says until when the entry is fresh if it is stored or read at a given time.</summary>
    /// <param name="time">The time of the write, or of a read that found the entry fresh, by the backend's clock.</param>
    /// <returns><see cref="FreshUntil"/>, or for a sliding entry the end of its window if that is earlier.</returns>
    public DateTimeOffset FreshUntilIfUsedAt(DateTimeOffset time) =>
        SlidingWindow is { } window && time < FreshUntil - window ? time + window : FreshUntil;

    /// <summary>Says until when the entry is kept if it is stored or read at a given time.</summary>
    /// <param name="time">The time of the write, or of a read that found the entry fresh, by the backend's clock.</param>
    /// <returns><see cref="FreshUntilIfUsedAt"/> and the time for which a stale entry is kept.</returns>
    public DateTimeOffset KeepUntilIfUsedAt(DateTimeOffset time) => FreshUntilIfUsedAt(time) + (KeepUntil - FreshUntil);

    private static long Milliseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMillisecond;
}
