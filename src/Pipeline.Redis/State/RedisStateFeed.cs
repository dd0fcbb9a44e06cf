using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.State;

/// <summary>
/// Hears what is published of one space, for all watches of the process. Each report says where the space's counter stood before and after, so a report that was
/// lost is missed by the next one; and a look at the counter now and then misses the last one, a failover that lost writes among them. Thread safe.
/// </summary>
internal sealed class RedisStateFeed : IRedisListener, IAsyncDisposable
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly ILogger _logger;
    private readonly Func<RedisStateFeed, bool> _endIfUnwatched;
    private readonly TaskCompletionSource _standing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<StateChangeBuffer> _watches = [];
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What the watches know of: they were told of every change up to this counter, or to read again since. Null while that is being found out.
    private long? _known;

    // The greatest counter of a report since it is being found out; and where the counter was found at the last look.
    private long _reported;
    private long _looked;

    public RedisStateFeed(RedisConnection connection, ILogger logger, RedisStateSpace space, Func<RedisStateFeed, bool> endIfUnwatched)
    {
        (_connection, _logger, Space, _endIfUnwatched) = (connection, logger, space, endIfUnwatched);
        Stopped = _stop.Token;

        // Without a watch that still waits for it, nobody looks at how it ended.
        _ = _standing.Task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public RedisStateSpace Space { get; }

    /// <summary>Completes once changes are heard of.</summary>
    public Task Standing => _standing.Task;

    /// <summary>Is cancelled when no change will be heard of any more.</summary>
    public CancellationToken Stopped { get; }

    public bool IsWatched
    {
        get
        {
            lock (_gate)
            {
                return _watches.Count > 0;
            }
        }
    }

    public void Begin() => _running = Task.Run(RunAsync);

    public void Join(StateChangeBuffer watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
        }
    }

    public void Leave(StateChangeBuffer watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    public void OnMessage(byte[] message)
    {
        lock (_gate)
        {
            if (!RedisStateFormat.TryReadReport(message, Space.Name, out var report))
            {
                // Of a later version, or nobody's: whatever it was about.
                TellAll(new StateChange(StateChangeKind.Resync));
                return;
            }

            if (_known is not { } known)
            {
                _reported = Math.Max(_reported, report.After);
            }
            else if (report.After <= known)
            {
                // On a cluster a report may take longer than the look that has seen its change, and said that all is to be read.
                return;
            }
            else
            {
                _known = report.After;
                if (report.Before != known)
                {
                    TellLost();
                    return;
                }
            }

            TellAll(report.Change);
        }
    }

    public void OnInterrupted()
    {
    }

    public void OnRestored()
    {
        lock (_gate)
        {
            (_known, _reported) = (null, 0);
            _restored.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await using var subscription = (await SubscribeAsync().ConfigureAwait(false)).ConfigureAwait(false);
            do
            {
                await LookAsync().ConfigureAwait(false);
                await PauseAsync().ConfigureAwait(false);
            }
            while (!_endIfUnwatched(this));
        }
        catch (Exception exception) when (exception is BackendRefusedException or OperationCanceledException or ObjectDisposedException)
        {
            // A right that is missing, or the end of the process: whoever watches hears of it.
            _standing.TrySetException(exception);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task PauseAsync()
    {
        Task restored;
        TimeSpan length;
        lock (_gate)
        {
            (restored, length) = (_restored.Task, _known is null ? RetryPause : LookPeriod);
        }

        var pause = Task.Delay(length, _connection.Time, Stopped);
        if (await Task.WhenAny(pause, restored).ConfigureAwait(false) == pause)
        {
            await pause.ConfigureAwait(false);
        }

        lock (_gate)
        {
            _restored = _restored.Task.IsCompleted ? new(TaskCreationOptions.RunContinuationsAsynchronously) : _restored;
        }
    }

    private async Task<RedisSubscription> SubscribeAsync()
    {
        while (true)
        {
            try
            {
                return await _connection.Subscriptions.SubscribeAsync(Space.Channel, this, "state watch", Stopped).ConfigureAwait(false);
            }
            catch (BackendUnavailableException)
            {
                await Task.Delay(RetryPause, _connection.Time, Stopped).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Looks where the counter stands, and tells the watches where they missed something.</summary>
    private async Task LookAsync()
    {
        long? before;
        lock (_gate)
        {
            before = _known;
        }

        long counter;
        try
        {
            counter = await ReadCounterAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException || (exception is BackendRefusedException && Standing.IsCompleted))
        {
            return;
        }

        lock (_gate)
        {
            if (_known is not { } known)
            {
                _known = Math.Max(counter, _reported);
                if (!_standing.TrySetResult())
                {
                    TellAll(new StateChange(StateChangeKind.Resync));
                }
            }
            else if (known == before && (_looked > known || counter < known))
            {
                // A report may be on its way still, but not since the last look; and only a server that lost writes goes back.
                _known = counter;
                TellLost();
            }

            _looked = counter;
        }
    }

    private async Task<long> ReadCounterAsync()
    {
        var counter = await _connection.CallAsync(
            "state watch", Space.Counter, static (session, key) => session.Database.StringGetAsync(key, RedisConnection.Flags), Stopped).ConfigureAwait(false);
        return counter.IsNull ? 0 : (long)counter;
    }

    private void TellLost()
    {
        Log.RedisStateReportsLost(_logger, _connection.Backend, Space.Name);
        TellAll(new StateChange(StateChangeKind.Resync));
    }

    private void TellAll(in StateChange change)
    {
        foreach (var watch in _watches)
        {
            watch.Add(change);
        }
    }
}
