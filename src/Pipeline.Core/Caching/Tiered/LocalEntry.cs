using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>A copy in this process.</summary>
internal abstract class LocalEntry : StoreEntry
{
    // The fields of this class and of those derived from it.
    private const int OwnBytes = 104;

    // Those of an origin. Its strings are few, and shared by many entries.
    private const int OriginBytes = 96;

    private long _refreshFrom;

    protected LocalEntry(string key, long valueBytes, ValueOrigin? origin, EntryTags tags, long born, in EntryTimes times)
        : base(key, CostOf(key) + OwnBytes + (origin is null ? 0 : OriginBytes) + valueBytes + CostOfTags(tags))
    {
        Origin = origin;
        Tags = tags;
        Born = born;
        Confirmed = born;
        Since = times.Since;
        ServeUntil = times.ServeUntil;
        _refreshFrom = times.RefreshFrom;
        QuietUntil = Math.Min(times.ServeUntil, times.RefreshFrom);
        KeepUntil = times.KeepUntil;
    }

    /// <summary>What it took to make the value; <see langword="null"/> where that is not known.</summary>
    public ValueOrigin? Origin { get; }

    public EntryTags Tags { get; }

    /// <summary>The version of <see cref="KnownTags"/> at which the making of the value began.</summary>
    public long Born { get; }

    /// <summary>When the value was made or read, an instant of <see cref="CacheClock.Now"/>.</summary>
    public long Since { get; }

    /// <summary>The version at which the backend confirmed the copy.</summary>
    public long Confirmed
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The version at which the tags were found valid; 0 for never.</summary>
    public long JudgedAt
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Until when a hit has nothing to do but to answer.</summary>
    public long QuietUntil
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Until when the copy is served as fresh.</summary>
    public long ServeUntil
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    }

    /// <summary>Until when the stale copy is served without another attempt to make a new one.</summary>
    public long RetryFrom
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    public bool IsRefreshDue(long now) => now >= Volatile.Read(ref _refreshFrom);

    /// <summary>Of all callers that find the refresh due, one gets to do it; the others, and the next attempt, wait.</summary>
    public bool TryClaimRefresh(long now, TimeSpan retryDelay)
    {
        var due = Volatile.Read(ref _refreshFrom);
        var next = now + (retryDelay.Ticks / TimeSpan.TicksPerMillisecond);
        if (now < due || Interlocked.CompareExchange(ref _refreshFrom, next, due) != due)
        {
            return false;
        }

        QuietUntil = Math.Min(ServeUntil, next);
        return true;
    }

    /// <summary>Shortens the time for which the copy is served as fresh.</summary>
    public void ServeNoLongerThan(long instant)
    {
        if (instant < ServeUntil)
        {
            ServeUntil = instant;
            QuietUntil = Math.Min(QuietUntil, instant);
        }
    }

    // A string that many entries share is counted with each: the bound may be reached early, never late.
    private static long CostOfTags(EntryTags tags)
    {
        var bytes = 0L;
        if (tags.Names.Length > 1)
        {
            foreach (var name in tags.Names)
            {
                bytes += CostOfString(name);
            }
        }

        return bytes;
    }
}
