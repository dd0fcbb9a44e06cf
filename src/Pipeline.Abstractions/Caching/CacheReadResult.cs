using System.Runtime.InteropServices;

namespace Pipeline.Caching;

/// <summary>What a read of the cache found, and how long it is good for. The value itself was written to the caller's buffer.</summary>
/// <remarks>
/// All times are the backend's (see <see cref="ReadAt"/>), which may be minutes away from this machine's clock. A caller that keeps a
/// copy should count <see cref="RemainingFresh"/> and <see cref="RemainingKept"/> from now on its own clock instead of comparing times.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly struct CacheReadResult
{
    private readonly TagGenerations? _tags;
    private readonly long _freshUntilTicks;
    private readonly long _keepUntilTicks;
    private readonly long _readAtTicks;

    private CacheReadResult(
        CacheReadStatus status, int length, DateTimeOffset freshUntil, DateTimeOffset keepUntil, DateTimeOffset readAt, TagGenerations? tags)
    {
        Status = status;
        Length = length;
        _freshUntilTicks = freshUntil.UtcTicks;
        _keepUntilTicks = keepUntil.UtcTicks;
        _readAtTicks = readAt.UtcTicks;
        _tags = tags;
    }

    /// <summary>The result of a read that found nothing; equal to <see langword="default"/>.</summary>
    public static CacheReadResult Missing => default;

    /// <summary>The result of a read that found what it cannot read.</summary>
    public static CacheReadResult Unreadable => new(CacheReadStatus.Unreadable, 0, default, default, default, tags: null);

    /// <summary>What was found.</summary>
    public CacheReadStatus Status { get; }

    /// <summary>Whether a value was found and written to the caller's buffer, fresh or stale.</summary>
    public bool IsFound => Status >= CacheReadStatus.Fresh;

    /// <summary>Whether the value that was found is fresh.</summary>
    public bool IsFresh => Status == CacheReadStatus.Fresh;

    /// <summary>The length of the value, in bytes: as many were written to the caller's buffer. 0 if nothing was found.</summary>
    public int Length { get; }

    /// <summary>Until when the entry is fresh, by the backend's clock. For a sliding entry: after the extension by this read.</summary>
    public DateTimeOffset FreshUntil => new(_freshUntilTicks, TimeSpan.Zero);

    /// <summary>Until when the entry is kept, by the backend's clock. Never before <see cref="FreshUntil"/>.</summary>
    public DateTimeOffset KeepUntil => new(_keepUntilTicks, TimeSpan.Zero);

    /// <summary>The backend's time (estimated, where it is a server's) by which the entry was judged.</summary>
    public DateTimeOffset ReadAt => new(_readAtTicks, TimeSpan.Zero);

    /// <summary>How much longer than <see cref="ReadAt"/> the entry is fresh; zero for a stale one.</summary>
    public TimeSpan RemainingFresh => new(Math.Max(0, _freshUntilTicks - _readAtTicks));

    /// <summary>How much longer than <see cref="ReadAt"/> the entry is kept.</summary>
    public TimeSpan RemainingKept => new(Math.Max(0, _keepUntilTicks - _readAtTicks));

    /// <summary>
    /// The entry's tags, each with its generation from before the value was made. <see cref="TagGenerations.None"/> for an entry without
    /// tags.
    /// </summary>
    public TagGenerations Tags => _tags ?? TagGenerations.None;

    /// <summary>
    /// Judges an entry that was found: fresh before <paramref name="freshUntil"/>, then stale before <paramref name="keepUntil"/>, then
    /// missing.
    /// </summary>
    /// <param name="freshUntil">Until when the entry is fresh, by the backend's clock.</param>
    /// <param name="keepUntil">Until when the entry is kept, by the backend's clock.</param>
    /// <param name="readAt">The backend's time now.</param>
    /// <param name="length">The length of the value, in bytes.</param>
    /// <param name="tags">The entry's tags.</param>
    /// <returns>The result; <see cref="Missing"/> if <paramref name="keepUntil"/> has been reached.</returns>
    /// <remarks>
    /// For a backend. It is for the backend to withhold a stale entry from a reader that does not allow one, and to judge the tags.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="length"/> is negative, or <paramref name="keepUntil"/> is before <paramref name="freshUntil"/>.
    /// </exception>
    public static CacheReadResult Judge(DateTimeOffset freshUntil, DateTimeOffset keepUntil, DateTimeOffset readAt, int length, TagGenerations tags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepUntil, freshUntil);
        ArgumentNullException.ThrowIfNull(tags);
        if (readAt >= keepUntil)
        {
            return Missing;
        }

        var status = readAt < freshUntil ? CacheReadStatus.Fresh : CacheReadStatus.Stale;
        return new(status, length, freshUntil, keepUntil, readAt, tags);
    }
}
