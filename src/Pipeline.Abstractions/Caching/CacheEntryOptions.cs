using System.Runtime.CompilerServices;

namespace Pipeline.Caching;

/// <summary>How long a cache entry is fresh and kept, and what invalidates it.</summary>
/// <remarks>
/// <para>Immutable, each property checked when it is set. A preset is kept in a field, and what differs from call to call is set with
/// <c>preset with { Tags = generations }</c>.</para>
/// <para>Durations count from the moment the backend stores the entry, by the backend's clock; fractions of a millisecond are cut off.
/// An entry never lives for ever, and may always vanish sooner: a cache holds nothing that cannot be lost.</para>
/// </remarks>
public sealed record CacheEntryOptions
{
    /// <summary>The greatest size of a value: 64 MiB. A cache on top may allow less.</summary>
    public const int MaxValueBytes = 64 * 1024 * 1024;

    /// <summary>The shortest duration that is not zero: 1 millisecond.</summary>
    public static readonly TimeSpan MinDuration = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest duration: 3,650 days.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3650);

    /// <summary>How long the entry is fresh: from 1 millisecond to 3,650 days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required TimeSpan FreshFor
    {
        get;
        init => field = Check(value, MinDuration);
    }

    /// <summary>
    /// How long after its fresh time the entry is kept, for readers that allow stale (fail-safe, stale-while-revalidate): from zero,
    /// the default, to 3,650 days. Counted like <c>stale-while-revalidate</c> of RFC 5861, on top of the fresh time.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan StaleFor
    {
        get;
        init => field = Check(value, TimeSpan.Zero);
    }

    /// <summary>
    /// For an entry that must be read now and then to stay fresh: it is fresh until this long after it was stored or last read, but never
    /// longer than <see cref="FreshFor"/> in all. From 1 millisecond to 3,650 days, or <see langword="null"/>, the default, for an entry
    /// whose fresh time does not move.
    /// </summary>
    /// <remarks>Only a read that finds the entry fresh extends it; <see cref="StaleFor"/> follows the end of the fresh time.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan? SlidingWindow
    {
        get;
        init => field = value is { } window ? Check(window, MinDuration) : null;
    }

    /// <summary>
    /// The tags that invalidate the entry, with their generations from <em>before</em> its value was made, as
    /// <see cref="ICacheBackend.ReadGenerationsAsync"/> returned them. None by default.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TagGenerations Tags
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = TagGenerations.None;

    /// <summary>
    /// Whether other processes hear through the <see cref="ICacheInvalidationFeed"/> that the key has a new value and drop their copies.
    /// Set it where a value is replaced deliberately; leave it <see langword="false"/>, the default, where a missing value is filled in.
    /// Without effect on a backend that has no feed.
    /// </summary>
    public bool AnnounceChange { get; init; }

    private static TimeSpan Check(TimeSpan value, TimeSpan least, [CallerMemberName] string property = "")
    {
        if (value >= least && value <= MaxDuration)
        {
            return value;
        }

        var from = least == TimeSpan.Zero ? "zero" : "1 millisecond";
        throw new ArgumentOutOfRangeException(property, $"{property} is {value}. Give a duration from {from} to 3650 days.");
    }
}
