using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// Hears what is notified of changes, for all watches of the process. Where notifications do not come it looks with each beat, by one statement, whether anything was
/// written, and then tells every watch to read again. Begins with the first watch. Thread safe.
/// </summary>
internal sealed class PostgresStateFeed : IPostgresListener, IAsyncDisposable
{
    private const string Operation = "state watch";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly PostgresConnection _connection;
    private readonly ILogger _logger;
    private readonly PostgresStateLooks _looks = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<StateChangeBuffer>> _watches = new(StringComparer.Ordinal);
    private TaskCompletionSource _standing = NewStanding();
    private Task _running = Task.CompletedTask;
    private Task _looking = Task.CompletedTask;
    private bool _isInterrupted;

    public PostgresStateFeed(PostgresConnection connection, ILogger logger)
    {
        (_connection, _logger) = (connection, logger);
        Stopped = _stop.Token;
    }

    /// <summary>Is cancelled when no change will be heard of any more.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Tells a watch of the changes in a space from now on.</summary>
    /// <returns>Completes once it stands.</returns>
    public Task Join(string space, StateChangeBuffer watch)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_watches.TryGetValue(space, out var watches))
            {
                _watches.Add(space, watches = []);
            }

            watches.Add(watch);
            if (_running.IsCompleted)
            {
                _standing = _standing.Task.IsFaulted ? NewStanding() : _standing;
                _running = Task.Run(RunAsync, CancellationToken.None);
            }

            return _standing.Task;
        }
    }

    public void Leave(string space, StateChangeBuffer watch)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(space, out var watches) && watches.Remove(watch) && watches.Count == 0)
            {
                _watches.Remove(space);
            }
        }
    }

    public void OnNotification(string payload)
    {
        if (!PostgresStateReport.TryRead(payload, out var change))
        {
            Log.PostgresStateReportUnreadable(_logger, _connection.Backend);
            TellAll();
            return;
        }

        lock (_gate)
        {
            foreach (var watch in _watches.GetValueOrDefault(change.Value.Key!.Value.Space) ?? [])
            {
                watch.Add(change.Value);
            }
        }
    }

    public void OnInterrupted() => _isInterrupted = true;

    public void OnRestored()
    {
        _isInterrupted = false;
        Stand();
        TellAll();
    }

    public void OnBeatWithoutNotifications()
    {
        lock (_gate)
        {
            if (_watches.Count > 0 && _looking.IsCompleted)
            {
                _looking = Task.Run(LookAsync, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task running;
        Task looking;
        lock (_gate)
        {
            (running, looking) = (_running, _looking);
        }

        await Task.WhenAll(running, looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Without a watch that still waits for it, nobody looks at how it ended.
    private static TaskCompletionSource NewStanding()
    {
        var standing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = standing.Task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return standing;
    }

    private async Task RunAsync()
    {
        try
        {
            await PrepareAsync().ConfigureAwait(false);
            var subscription = await _connection.Notifications.SubscribeAsync(PostgresTopic.State, this, Stopped).ConfigureAwait(false);
            await using (subscription.ConfigureAwait(false))
            {
                // Behind whatever else it has been told, an interruption above all.
                subscription.Post(static listener => ((PostgresStateFeed)listener).OnSubscribed());
                await Task.Delay(Timeout.InfiniteTimeSpan, _connection.Time, Stopped).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is BackendRefusedException or OperationCanceledException or ObjectDisposedException)
        {
            // A right that is missing, or the end of the process: whoever waits hears of it.
            lock (_gate)
            {
                _standing.TrySetException(exception);
            }
        }
    }

    private async Task PrepareAsync()
    {
        while (true)
        {
            try
            {
                await _connection.PrepareAsync(Stopped).ConfigureAwait(false);
                return;
            }
            catch (BackendUnavailableException)
            {
                await Task.Delay(RetryPause, _connection.Time, Stopped).ConfigureAwait(false);
            }
        }
    }

    private void OnSubscribed()
    {
        if (!_isInterrupted)
        {
            Stand();
        }
    }

    private void Stand()
    {
        lock (_gate)
        {
            _standing.TrySetResult();
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var look = await _connection.QueryAsync(
                Operation,
                _connection.Sql["State/look.sql"],
                state: 0,
                static (_, _) => { },
                static (reader, _, deadline) => ReadLookAsync(reader, deadline),
                Stopped).ConfigureAwait(false);
            if (_looks.HasChanged(look))
            {
                TellAll();
            }

            Stand();
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or OperationCanceledException or ObjectDisposedException)
        {
            // There is another look with the next beat.
        }
    }

    private static async ValueTask<PostgresStateLook> ReadLookAsync(NpgsqlDataReader reader, CancellationToken deadline)
    {
        await reader.ReadAsync(deadline).ConfigureAwait(false);
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private void TellAll()
    {
        lock (_gate)
        {
            foreach (var watch in _watches.Values.SelectMany(static watches => watches))
            {
                watch.Add(new StateChange(StateChangeKind.Resync));
            }
        }
    }
}
