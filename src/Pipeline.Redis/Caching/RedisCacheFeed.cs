using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// The invalidation feed over a pub/sub channel, and what the process knows by it. It hears once a greeting of its own has come back over the channel:
/// neither the client's events nor a subscription that it takes for made say that the server knows of it. Thread safe.
/// </summary>
internal sealed class RedisCacheFeed : ICacheInvalidationFeed, IRedisListener, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly RedisServerClock _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private CacheFeedSubscription[] _subscriptions = [];
    private volatile KnownGenerations? _known;
    private volatile bool _isStarted;
    private long _greeting;

    public RedisCacheFeed(RedisConnection connection, RedisServerClock clock, ILogger logger)
    {
        _connection = connection;
        _clock = clock;
        _logger = logger;
        Channel = connection.Keys.Channel("cache");
    }

    public string Channel { get; }

    /// <summary>The number by which this instance knows its own notices.</summary>
    public long Sender { get; } = Random.Shared.NextInt64();

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
        var subscription = new CacheFeedSubscription(handler, Remove, (exception, kind) => Log.RedisCacheHandlerThrew(_logger, exception, kind));
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

    private void Remove(CacheFeedSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }

    public void OnMessage(byte[] message)
    {
        var isRead = RedisCacheNotice.TryRead(message, out var notice);
        lock (_gate)
        {
            if (isRead && notice.Kind == RedisCacheNoticeKind.Greeting)
            {
                if (notice.Sender == Sender && notice.Number == _greeting)
                {
                    Begin();
                }
            }
            else if (_known is not { } known)
            {
                // The resync that is still to come says it all.
                return;
            }
            else if (isRead)
            {
                Announce(known, notice);
            }
            else
            {
                // From a newer version, perhaps: whatever it says, who verifies everything has heeded it.
                Begin();
            }
        }
    }

    public void OnInterrupted()
    {
        _clock.Doubt();
        lock (_gate)
        {
            _greeting = 0;
            if (_known is not null)
            {
                _known = null;
                Post(CacheInvalidation.Interrupted);
            }
        }
    }

    public void OnRestored()
    {
        long greeting;
        lock (_gate)
        {
            greeting = _greeting = Random.Shared.NextInt64(1, long.MaxValue);
        }

        _ = GreetAsync(greeting);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _greeting = 0;
            _known = null;
            _subscriptions = [];
        }

        _end.Cancel();
    }

    // Whatever was known may have been missed to be invalidated.
    private void Begin()
    {
        _greeting = 0;
        _known = new KnownGenerations(_connection.Time);
        Post(CacheInvalidation.Resync);
    }

    private void Announce(KnownGenerations known, RedisCacheNotice notice)
    {
        var isLocal = notice.Sender == Sender;
        if (notice.Kind == RedisCacheNoticeKind.Key)
        {
            Post(CacheInvalidation.ForKey(notice.Name, isLocal));
            return;
        }

        known.Raise(notice.Name, notice.Number);
        Post(CacheInvalidation.ForTag(new TagGeneration(notice.Name, notice.Number), isLocal));
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
            for (var pause = FirstPause; ; pause = Longer(pause))
            {
                try
                {
                    await _connection.Subscriptions.SubscribeAsync(Channel, this, "cache subscribe", _end.Token).ConfigureAwait(false);
                    OnRestored();
                    return;
                }
                catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
                {
                    await Task.Delay(pause, _connection.Time, _end.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private async Task GreetAsync(long greeting)
    {
        var message = RedisCacheNotice.ForGreeting(Sender, greeting);
        try
        {
            for (var pause = FirstPause; Volatile.Read(ref _greeting) == greeting; pause = Longer(pause))
            {
                try
                {
                    await _connection.CallAsync(
                        "cache greeting",
                        (Channel, message),
                        static (session, call) => session.Database.PublishAsync(call.Channel, call.message, RedisConnection.Flags),
                        _end.Token).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
                {
                    // The server may be back before the next one.
                }

                await Task.Delay(pause, _connection.Time, _end.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
