using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>The invalidation feed over the notifications of the cache, and what the process knows by it. Thread safe.</summary>
internal sealed class PostgresCacheFeed : ICacheInvalidationFeed, IPostgresListener, IDisposable
{
    private readonly PostgresConnection _connection;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private CacheFeedSubscription[] _subscriptions = [];
    private volatile KnownGenerations? _known;
    private volatile bool _isStarted;
    private bool _isInterrupted;

    public PostgresCacheFeed(PostgresConnection connection, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
        Channel = connection.Notifications.Channel(PostgresTopic.Caching);
    }

    public string Channel { get; }

    /// <summary>The number by which this instance knows its own notices.</summary>
    public ulong Sender { get; } = (ulong)Random.Shared.NextInt64();

    /// <summary>What this process knows of tags; <see langword="null"/> while it does not hear every invalidation.</summary>
    public KnownGenerations? Known => _known;

    /// <summary>Begins to listen, unless that was begun before. Does not wait for it.</summary>
    public void Start()
    {
        if (_isStarted)
        {
            return;
        }

        lock (_gate)
        {
            if (_isStarted || _end.IsCancellationRequested)
            {
                return;
            }

            _isStarted = true;
        }

        // Not as a part of the call that was the first to need it.
        ThreadPool.UnsafeQueueUserWorkItem(static feed => _ = feed.ListenAsync(), this, preferLocal: false);
    }

    public IDisposable Subscribe(Action<CacheInvalidation> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new CacheFeedSubscription(handler, Remove, (exception, kind) => Log.PostgresCacheHandlerThrew(_logger, exception, kind));
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions, subscription];
            if (_known is not null)
            {
                subscription.Add(CacheInvalidation.Resync);
            }
        }

        Start();
        return subscription;
    }

    public void OnNotification(string payload)
    {
        lock (_gate)
        {
            if (_known is not { } known)
            {
                // The resync that is still to come says it all.
                return;
            }

            if (!PostgresCacheNotice.TryRead(payload, out var notice))
            {
                // From a newer version, perhaps: whatever it says, who verifies everything has heeded it.
                Begin();
                return;
            }

            var isLocal = notice.Sender == Sender;
            if (notice.Kind == PostgresCacheNoticeKind.Key)
            {
                Post(CacheInvalidation.ForKey(notice.Name, isLocal));
                return;
            }

            known.Raise(notice.Name, notice.Generation);
            Post(CacheInvalidation.ForTag(new TagGeneration(notice.Name, notice.Generation), isLocal));
        }
    }

    public void OnInterrupted()
    {
        lock (_gate)
        {
            _isInterrupted = true;
            if (_known is not null)
            {
                _known = null;
                Post(CacheInvalidation.Interrupted);
            }
        }
    }

    public void OnRestored()
    {
        lock (_gate)
        {
            _isInterrupted = false;
            BeginUnlessEnded();
        }
    }

    public void OnBeatWithoutNotifications()
    {
        // Every read asks the counters meanwhile.
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _known = null;
            _subscriptions = [];
        }

        _end.Cancel();
    }

    private void Remove(CacheFeedSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }

    private void BeginUnlessEnded()
    {
        if (!_end.IsCancellationRequested)
        {
            Begin();
        }
    }

    // Whatever was known may have been missed to be invalidated.
    private void Begin()
    {
        _known = new KnownGenerations(_connection.Time);
        Post(CacheInvalidation.Resync);
    }

    private void Post(CacheInvalidation notice)
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Add(notice);
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            var subscription = await _connection.Notifications.SubscribeAsync(PostgresTopic.Caching, this, _end.Token).ConfigureAwait(false);
            await using (subscription.ConfigureAwait(false))
            {
                // Behind whatever else it has been told, an interruption above all.
                subscription.Post(static listener => ((PostgresCacheFeed)listener).OnStanding());
                await Task.Delay(Timeout.InfiniteTimeSpan, _connection.Time, _end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private void OnStanding()
    {
        lock (_gate)
        {
            if (!_isInterrupted && _known is null)
            {
                BeginUnlessEnded();
            }
        }
    }
}
