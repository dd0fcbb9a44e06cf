using Microsoft.Extensions.Logging;

namespace Pipeline.Caching;

/// <summary>Heeds the backend's invalidation feed.</summary>
internal sealed class FeedListener : IDisposable
{
    private readonly CacheCore _core;
    private readonly IDisposable? _subscription;
    private readonly bool _isLossless;
    private int _resyncs;
    private int _isDisposed;

    /// <param name="core">The cache's parts.</param>
    /// <param name="feed">The feed; <see langword="null"/> if the backend has none.</param>
    /// <param name="isLossless">Whether the feed is in this process, where nothing is lost between subscribing and the first notice.</param>
    public FeedListener(CacheCore core, ICacheInvalidationFeed? feed, bool isLossless)
    {
        _core = core;
        _isLossless = isLossless;
        if (feed is null)
        {
            return;
        }

        if (!isLossless)
        {
            core.Tags.Interrupt(core.Clock.Now);
        }

        _subscription = feed.Subscribe(Heed);
        HasFeed = true;
    }

    /// <summary>Whether the cache hears of what others change.</summary>
    public bool HasFeed { get; }

    /// <summary>What this cache's own changes bring back.</summary>
    public OwnNotices Own { get; } = new();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0 && _subscription is not null)
        {
            _subscription.Dispose();

            // Who goes on to use the cache must not be served for ever what nothing invalidates any more.
            _core.Tags.Interrupt(_core.Clock.Now);
        }
    }

    private void Heed(CacheInvalidation notice)
    {
        switch (notice.Kind)
        {
            case CacheInvalidationKind.Key:
                if (!notice.IsLocal || !Own.Take(notice.Name!, _core.Clock.Now))
                {
                    _core.Flights.Drop(notice.Name!);
                }

                break;
            case CacheInvalidationKind.Tag:
                _core.Tags.Raise(notice.Name!, notice.Generation);
                break;
            case CacheInvalidationKind.Interrupted:
                _core.Tags.Interrupt(_core.Clock.Now);
                Log.CacheFeedInterrupted(_core.Log, _core.UnconfirmedFor);
                break;
            default:
                Resync();
                break;
        }
    }

    private void Resync()
    {
        Own.Clear();
        if (_resyncs++ == 0 && _isLossless)
        {
            return;
        }

        _core.Tags.Resync();
        Log.CacheFeedResynced(_core.Log);
    }
}
