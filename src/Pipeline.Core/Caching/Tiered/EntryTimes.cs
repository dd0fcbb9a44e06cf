namespace Pipeline.Caching;

/// <summary>Until when a copy in this process is good for what: instants of <see cref="CacheClock.Now"/>.</summary>
/// <param name="Since">When the value was made, or last read from the backend.</param>
/// <param name="ServeUntil">Until when it is served as fresh.</param>
/// <param name="KeepUntil">Until when it is kept, to be served as stale.</param>
/// <param name="RefreshFrom">From when it is made anew in the background.</param>
internal readonly record struct EntryTimes(long Since, long ServeUntil, long KeepUntil, long RefreshFrom)
{
    /// <summary>Of a value that was made now.</summary>
    public static EntryTimes OfNew(CachePolicy policy, TimeSpan freshFor, long now)
    {
        var serveFor = policy.LocalFor < freshFor ? policy.LocalFor : freshFor;
        var refreshFrom = policy.EarlyRefresh is { } part ? now + Milliseconds(freshFor * part) : long.MaxValue;
        return Of(policy, now, serveFor, freshFor + policy.StaleFor, refreshFrom);
    }

    /// <summary>Of a value that was read from the backend now.</summary>
    public static EntryTimes OfCopy(CachePolicy policy, in CacheReadResult found, long now)
    {
        var fresh = found.RemainingFresh;
        var serveFor = policy.LocalFor < fresh ? policy.LocalFor : fresh;
        var refreshFrom = policy.EarlyRefresh is { } part
            ? now + Math.Max(0, Milliseconds(fresh - (policy.FreshFor * (1 - part))))
            : long.MaxValue;
        return Of(policy, now, serveFor, found.RemainingKept, refreshFrom);
    }

    private static EntryTimes Of(CachePolicy policy, long now, TimeSpan serveFor, TimeSpan keepFor, long refreshFrom)
    {
        var serveUntil = now + Milliseconds(serveFor);
        return new(now, serveUntil, policy.AllowsStale ? now + Milliseconds(keepFor) : serveUntil, refreshFrom);
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;
}
