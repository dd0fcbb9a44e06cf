using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>
/// What is listened to over one connection. The client subscribes again by itself after a lost connection; what was published meanwhile is lost,
/// and listeners are told. A beat that is published and must come back tells of a connection that has died in silence. Thread safe.
/// </summary>
internal sealed partial class RedisSubscriptions : IAsyncDisposable
{
    private static readonly TimeSpan BeatPeriod = TimeSpan.FromSeconds(5);
    private static readonly Task Lost = Task.FromCanceled(new CancellationToken(canceled: true));

    private readonly RedisConnection _connection;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<RedisSubscription> _subscriptions = [];
    private readonly Dictionary<string, Task> _started = new(StringComparer.Ordinal);
    private readonly string _beatChannel;
    private RedisSession? _session;
    private ITimer? _beat;
    private long _sent;
    private long _heard;
    private bool _isInterrupted;

    public RedisSubscriptions(RedisConnection connection, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
        _beatChannel = connection.Keys.Channel($"beat:{Guid.NewGuid():N}");
    }

    /// <summary>Listens from now on. Where the server is away, listens as soon as it is back, and <see cref="IRedisListener.OnRestored"/> tells.</summary>
    /// <param name="channel">The channel, as <see cref="RedisKeySpace.Channel"/> names it.</param>
    /// <param name="listener">What hears.</param>
    /// <param name="operation">What errors call it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The subscription; disposing it ends it.</returns>
    /// <exception cref="BackendUnavailableException">There was no answer in time.</exception>
    public async ValueTask<RedisSubscription> SubscribeAsync(
        string channel, IRedisListener listener, string operation, CancellationToken cancellationToken = default)
    {
        var subscription = new RedisSubscription(this, channel, listener);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
        }

        try
        {
            await _connection.CallAsync(
                operation,
                (Owner: this, channel),
                static async (session, call) =>
                {
                    await call.Owner.StartAsync(session, call.channel).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes over what is listened to onto a new connection.</summary>
    public void Attach(RedisSession session)
    {
        lock (_gate)
        {
            _session = session;
            session.Multiplexer.ConnectionFailed += OnFailed;
            session.Multiplexer.ConnectionRestored += OnRestored;
            string[] channels = [.. _started.Keys];
            _started.Clear();
            foreach (var channel in channels)
            {
                _ = StartAsync(session, channel);
            }
        }
    }

    /// <summary>Leaves a connection that is given up.</summary>
    public void Detach(RedisSession session)
    {
        session.Multiplexer.ConnectionFailed -= OnFailed;
        session.Multiplexer.ConnectionRestored -= OnRestored;
        Interrupt();
    }

    public async ValueTask RemoveAsync(RedisSubscription subscription)
    {
        Task leaving;
        lock (_gate)
        {
            if (!_subscriptions.Remove(subscription) || _subscriptions.Exists(other => string.Equals(other.Channel, subscription.Channel, StringComparison.Ordinal)))
            {
                return;
            }

            // Sent within the lock: sent later, it would end what somebody else has subscribed to in the meantime.
            _started.Remove(subscription.Channel);
            leaving = UnsubscribeAsync(subscription.Channel);
        }

        await leaving.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        RedisSubscription[] left;
        lock (_gate)
        {
            left = [.. _subscriptions];
            _beat?.Dispose();
            if (_session is { } session)
            {
                session.Multiplexer.ConnectionFailed -= OnFailed;
                session.Multiplexer.ConnectionRestored -= OnRestored;
            }
        }

        foreach (var subscription in left)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task UnsubscribeAsync(string channel)
    {
        try
        {
            await (_session?.Multiplexer.GetSubscriber().UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOfUnsubscribing(exception))
        {
            // A connection that is gone hears nothing any more.
        }
    }

    // Each channel once a connection: the client would call a handler as often as it was given.
    private Task StartAsync(RedisSession session, string channel)
    {
        lock (_gate)
        {
            if (_beat is null)
            {
                _beat = _connection.Time.CreateTimer(static state => ((RedisSubscriptions)state!).Beat(), this, BeatPeriod, BeatPeriod);
                _ = StartAsync(session, _beatChannel);
            }

            if (!_started.TryGetValue(channel, out var start) || start.IsFaulted || start.IsCanceled)
            {
                start = session.Multiplexer.GetSubscriber().SubscribeAsync(channel, string.Equals(channel, _beatChannel, StringComparison.Ordinal) ? HearBeat : Hear);
                _ = start.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                _started[channel] = start;
            }

            return start;
        }
    }

    private void Hear(RedisChannel channel, RedisValue message)
    {
        string name = channel!;
        byte[] bytes = message!;
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.Where(subscription => string.Equals(subscription.Channel, name, StringComparison.Ordinal)))
            {
                subscription.Post(listener => listener.OnMessage(bytes));
            }
        }
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs arguments)
    {
        if (arguments.ConnectionType == ConnectionType.Subscription)
        {
            Interrupt();
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs arguments)
    {
        if (arguments.ConnectionType == ConnectionType.Subscription)
        {
            lock (_gate)
            {
                _heard = _sent;
                Restore();
            }
        }
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (_isInterrupted || _subscriptions.Count == 0)
            {
                return;
            }

            _isInterrupted = true;
            Log.RedisNotificationsInterrupted(_logger, _connection.Backend);
            foreach (var subscription in _subscriptions)
            {
                subscription.Post(static listener => listener.OnInterrupted());
            }
        }
    }

    private void Restore()
    {
        if (!_isInterrupted)
        {
            return;
        }

        _isInterrupted = false;
        Log.RedisNotificationsRestored(_logger, _connection.Backend);
        foreach (var subscription in _subscriptions)
        {
            subscription.Post(static listener => listener.OnRestored());
        }
    }
}
