using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>The parts of one <see cref="TieredCache"/>, and what they do together. Thread safe.</summary>
internal sealed class CacheCore : CacheMetrics.IWatchedCache, IDisposable
{
    private readonly FeedListener _feed;

    public CacheCore(
        ICacheBackend backend,
        bool isBackendLocal,
        TieredCacheOptions options,
        CacheSerializers serializers,
        CacheMetrics metrics,
        TimeProvider time,
        ILogger log)
    {
        Time = time;
        Log = log;
        Metrics = metrics;
        Serializers = serializers;
        IsBackendLocal = isBackendLocal;
        MaxValueBytes = options.MaxValueBytes;
        UnconfirmedFor = options.UnconfirmedFor;
        FillLease = options.FillLease;
        Clock = new CacheClock(time);
        Local = new BoundedStore<LocalEntry>(options.Memory with { }, Clock);
        Flights = new FlightTable(Local, Tags);
        Writer = new LevelWriter(this);
        Backend = new BackendLevel(backend, options, Clock, time, metrics, log);
        _feed = new FeedListener(this, backend.GetCapability<ICacheInvalidationFeed>(), isBackendLocal);
        metrics.Watch(this);
    }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public CacheMetrics Metrics { get; }

    public CacheSerializers Serializers { get; }

    /// <summary>Whether values are kept once, in this process, and only tags go to the backend.</summary>
    public bool IsBackendLocal { get; }

    public int MaxValueBytes { get; }

    public TimeSpan UnconfirmedFor { get; }

    public TimeSpan FillLease { get; }

    public CacheClock Clock { get; }

    public BoundedStore<LocalEntry> Local { get; }

    public KnownTags Tags { get; } = new();

    public FlightTable Flights { get; }

    public BackendLevel Backend { get; }

    public LevelWriter Writer { get; }

    /// <summary>What this cache's own changes bring back through the feed; <see langword="null"/> where nothing does.</summary>
    public OwnNotices? OwnNotices => _feed.HasFeed ? _feed.Own : null;

    long CacheMetrics.IWatchedCache.Entries => Local.Count;

    long CacheMetrics.IWatchedCache.Bytes => Local.Bytes;

    long CacheMetrics.IWatchedCache.Evictions => Local.Evictions;

    long CacheMetrics.IWatchedCache.InFlight => Flights.Count;

    bool CacheMetrics.IWatchedCache.IsBackendLeftAlone => Backend.IsLeftAlone;

    public void Dispose()
    {
        _feed.Dispose();
        Metrics.Unwatch(this);
    }

    /// <summary>Says what an entry of this process is good for, and removes one that is good for nothing.</summary>
    public EntryStanding Judge(LocalEntry entry, long now)
    {
        var version = Tags.Version;
        if (entry.JudgedAt != version)
        {
            if (!Tags.AreCurrent(entry.Tags, entry.Born))
            {
                Local.Remove(entry);
                return EntryStanding.Gone;
            }

            if (Tags.InterruptedAt is >= 0 and var interruptedAt)
            {
                entry.ServeNoLongerThan(Math.Max(interruptedAt, entry.Since) + (UnconfirmedFor.Ticks / TimeSpan.TicksPerMillisecond));
            }

            if (entry.Confirmed < Tags.ConfirmFrom)
            {
                return now < entry.KeepUntil ? EntryStanding.Unconfirmed : EntryStanding.Gone;
            }

            entry.JudgedAt = version;
        }

        return now >= entry.KeepUntil ? EntryStanding.Gone
            : now >= entry.ServeUntil ? EntryStanding.Stale
            : entry.IsRefreshDue(now) ? EntryStanding.RefreshDue
            : EntryStanding.Fresh;
    }

    /// <summary>Reads an entry for one caller. One that cannot be read is removed.</summary>
    public bool TryRead<T>(LocalEntry entry, out T value)
    {
        if (entry is not LocalEntry<T> typed)
        {
            value = default!;
            return false;
        }

        try
        {
            value = typed.Read();
            return true;
        }
        catch (Exception exception)
        {
            NoteUnreadable<T>(exception);
            Local.Remove(entry);
            value = default!;
            return false;
        }
    }

    public void NoteUnreadable<T>(Exception? exception)
    {
        Metrics.CountUnreadable();
        Pipeline.Log.CacheValueUnreadable(Log, typeof(T).Name, exception);
    }

    /// <summary>What a call may read and write, given the levels that there are. Nothing is compressed here.</summary>
    public HybridCacheEntryFlags Effective(HybridCacheEntryFlags flags) =>
        (flags & ~HybridCacheEntryFlags.DisableCompression)
        | (IsBackendLocal ? HybridCacheEntryFlags.DisableDistributedCache : HybridCacheEntryFlags.None);
}
