using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// Hears what is notified of changes, for all watches of the process. Looks every 30 seconds for what was written and never told, and with each beat where notifications do not
/// come; and then tells every watch to read again. Begins with the first watch. Thread safe.
/// </summary>
internal sealed class PostgresStateFeed : IPostgresListener, IAsyncDisposable
{
    private const string Operation = "state watch";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    // Longer than a notification takes that comes at all; a change that is told by nobody shows after twice as long at most.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // How often a process that watches asks, in patiences: what comes after a change that was not told shows it sooner.
    private const int PatiencesOfLook = 6;

    private readonly PostgresConnection _connection;
    private readonly ILogger _logger;
    private readonly PostgresStateLooks _looks = new();
    private readonly PostgresStateNumbers _numbers = new();
    private readonly PostgresStateOrder _order = new();
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
            _standing = _standing.Task.IsFaulted ? NewStanding() : _standing;
            if (_running.IsCompleted)
            {
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
        if (!PostgresStateReport.TryRead(payload, out var report))
        {
            Log.PostgresStateReportUnreadable(_logger, _connection.Backend);
            TellAll();
            return;
        }

        lock (_gate)
        {
            if (!_numbers.Hear(report.Number))
            {
                TellAll();
                return;
            }

            if (_watches.TryGetValue(report.Key.Space, out var watches))
            {
                var latest = _order.Latest(report);
                foreach (var watch in watches)
                {
                    watch.Add(new StateChange(latest.Kind, latest.Key));
                }
            }
        }
    }

    public void OnInterrupted()
    {
        lock (_gate)
        {
            _isInterrupted = true;
            _numbers.Forget();
        }
    }

    public void OnRestored()
    {
        lock (_gate)
        {
            _isInterrupted = false;
            _numbers.Forget();
            Look();
        }
    }

    public void OnBeatWithoutNotifications()
    {
        lock (_gate)
        {
            if (_watches.Count > 0 && _looking.IsCompleted)
            {
                Look();
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
                await FollowAsync().ConfigureAwait(false);
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

    private async Task FollowAsync()
    {
        for (var patiences = 1; ; patiences++)
        {
            await Task.Delay(Patience, _connection.Time, Stopped).ConfigureAwait(false);
            lock (_gate)
            {
                _order.Age();
                if (_numbers.IsMissing())
                {
                    TellAll();
                }

                if (!_isInterrupted && _watches.Count > 0 && (patiences % PatiencesOfLook == 0 || !_numbers.IsKnown))
                {
                    Look();
                }
            }
        }
    }

    private void OnSubscribed()
    {
        lock (_gate)
        {
            if (!_isInterrupted)
            {
                Look();
            }
        }
    }

    // One after the other: one that is under way may have begun before what is to be seen.
    private void Look() => _looking = LookAsync(_looking);

    private async Task LookAsync(Task former)
    {
        await former.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            var look = await _connection.QueryAsync(
                Operation,
                _connection.Sql["State/look.sql"],
                state: 0,
                static (_, _) => { },
                static (reader, _, deadline) => ReadLookAsync(reader, deadline),
                Stopped).ConfigureAwait(false);
            TakeIn(look);
        }
        catch (BackendRefusedException exception)
        {
            lock (_gate)
            {
                _standing.TrySetException(exception);
            }
        }
        catch (Exception exception) when (exception is BackendUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            // There is another look soon.
        }
    }

    private void TakeIn(in PostgresStateLook look)
    {
        lock (_gate)
        {
            // Who waits until its watch stands reads after that, and all others must: what was told before is not known.
            var isToBeRead = _isInterrupted ? _looks.HasChanged(look) : _numbers.Look(look.Number);
            if (!_standing.TrySetResult() && isToBeRead)
            {
                TellAll();
            }
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
