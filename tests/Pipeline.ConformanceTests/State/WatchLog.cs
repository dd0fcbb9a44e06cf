using Pipeline.State;

namespace Pipeline.Conformance.State;

/// <summary>Writes down what a watch reports, and waits for reports.</summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(90);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<StateChange> _heard = [];
    private readonly Task _listening;
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchLog(IStateStore store, string space, string prefix) => _listening = Task.Run(() => ListenAsync(store, space, prefix));

    public IReadOnlyList<StateChange> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>Watches, and returns once the watch stands.</summary>
    public static async Task<WatchLog> StartAsync(IStateStore store, string space, string prefix = "")
    {
        var log = new WatchLog(store, space, prefix);
        await log.WaitForAsync(change => change.Kind == StateChangeKind.Resync);
        return log;
    }

    public async Task WaitForAsync(Func<StateChange, bool> isIt, int times = 1)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_heard.Count(isIt) >= times)
                {
                    return;
                }

                arrival = _arrival.Task;
            }

            await (await Task.WhenAny(arrival, _listening)).WaitAsync(HangLimit);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _listening;
        }
        catch (OperationCanceledException)
        {
            // That is how a watch ends.
        }

        _stop.Dispose();
    }

    private async Task ListenAsync(IStateStore store, string space, string prefix)
    {
        await foreach (var change in store.WatchAsync(space, prefix, _stop.Token))
        {
            TaskCompletionSource arrival;
            lock (_gate)
            {
                _heard.Add(change);
                (arrival, _arrival) = (_arrival, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            arrival.SetResult();
        }
    }
}
