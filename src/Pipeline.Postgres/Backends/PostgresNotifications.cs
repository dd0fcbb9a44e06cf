using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>
/// What a process hears over its one listening connection, and the beat: every 5 seconds one statement, over another connection, whose notification
/// must come back before the next. So a connection that has died in silence shows, and so does a pooler that passes no notifications on. The beat
/// carries the question of <see cref="IPostgresBeat"/> along. Begins with the first listener. Thread safe.
/// </summary>
internal sealed partial class PostgresNotifications : IAsyncDisposable
{
    private readonly PostgresConnection _connection;
    private readonly NpgsqlDataSource? _direct;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<PostgresSubscription> _subscriptions = [];
    private readonly PostgresNotifier[] _notifiers;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;
    private bool _isInterrupted;

    public PostgresNotifications(PostgresConnection connection, string? connectionString, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
        _direct = connectionString is null ? null : NpgsqlDataSource.Create(PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse(connectionString)));
        _channels = [.. Enum.GetValues<PostgresTopic>().Select(Channel), $"{connection.SchemaName}:{Guid.NewGuid().ToString("N")[..8]}"];
        _notifiers = [.. _channels.Select(channel => new PostgresNotifier(connection, channel))];
    }

    /// <summary>What the beat asks.</summary>
    public IPostgresBeat? Beat { get; set; }

    /// <summary>Names the channel of a topic, for a statement that notifies by itself.</summary>
    public string Channel(PostgresTopic topic) => $"{_connection.SchemaName}:{topic.ToString().ToLowerInvariant()}";

    /// <summary>
    /// Listens from now on. Where notifications do not come, <see cref="IPostgresListener.OnInterrupted"/> says so before this ends, and
    /// <see cref="IPostgresListener.OnRestored"/> when they do.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="listener">What hears.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The subscription; disposing it ends it.</returns>
    public async ValueTask<PostgresSubscription> SubscribeAsync(PostgresTopic topic, IPostgresListener listener, CancellationToken cancellationToken = default)
    {
        var subscription = new PostgresSubscription(this, topic, listener);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            _subscriptions.Add(subscription);
            _running ??= Task.Run(RunAsync, CancellationToken.None);
            if (_isInterrupted)
            {
                subscription.Post(static one => one.OnInterrupted());
            }
        }

        try
        {
            await _established.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await subscription.CatchUpAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Notifies everybody who listens to a topic, this process too, together with what others of this process have to tell. Need not be awaited, where who must hear
    /// finds out what was never sent.
    /// </summary>
    /// <exception cref="BackendUnavailableException">There was no answer in time.</exception>
    public Task NotifyAsync(PostgresTopic topic, string payload)
    {
        var told = _notifiers[(int)topic].NotifyAsync(payload);
        _ = told.ContinueWith(static told => _ = told.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return told;
    }

    /// <summary>Ends when what was told about a topic has been sent, or could not be.</summary>
    public Task FlushAsync(PostgresTopic topic) => _notifiers[(int)topic].FlushAsync();

    /// <summary>Tells of a listener that failed.</summary>
    public void Report(Exception exception) => Log.PostgresListenerFailed(_logger, _connection.Backend, exception.GetType().Name, exception);

    public void Remove(PostgresSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not under the lock, nor on this thread: what is called then may wait for a notification that is just being heard.
        await _closing.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task? running;
        lock (_gate)
        {
            running = _running;
        }

        _established.TrySetResult();
        await (running ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_direct is not null)
        {
            await _direct.DisposeAsync().ConfigureAwait(false);
        }

        _closing.Dispose();
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs notification)
    {
        var topic = (PostgresTopic)Array.IndexOf(_channels, notification.Channel);
        if ((int)topic == BeatChannel)
        {
            HearBeat(notification.Payload);
            return;
        }

        var payload = notification.Payload;
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.Where(one => one.Topic == topic))
            {
                subscription.Post(listener => listener.OnNotification(payload));
            }
        }
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (!_isInterrupted && !_closing.IsCancellationRequested)
            {
                _isInterrupted = true;
                Log.PostgresNotificationsInterrupted(_logger, _connection.Backend);
                PostToAll(static listener => listener.OnInterrupted());
            }
        }

        _established.TrySetResult();
    }

    private void Restore()
    {
        lock (_gate)
        {
            if (_isInterrupted)
            {
                _isInterrupted = false;
                Log.PostgresNotificationsRestored(_logger, _connection.Backend);
                PostToAll(static listener => listener.OnRestored());
            }
        }

        _established.TrySetResult();
    }

    private void PostToAll(Action<IPostgresListener> call)
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Post(call);
        }
    }
}
