using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>
/// Makes the client look anew which server is primary and which node has which slots: by itself it does that once a minute, and calls the
/// wrong one until then. One look at a time, and at most one a second. Thread safe.
/// </summary>
internal sealed class RedisTopology(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task _look = Task.CompletedTask;
    private long? _lastStart;

    /// <summary>Looks, or joins the look that is under way or was made within the last second.</summary>
    public Task LookAsync(IConnectionMultiplexer multiplexer)
    {
        lock (_gate)
        {
            if (_look.IsCompleted && (_lastStart is not { } start || time.GetElapsedTime(start) >= Pause))
            {
                _lastStart = time.GetTimestamp();
                _look = RunAsync(multiplexer);
            }

            return _look;
        }
    }

    private static async Task RunAsync(IConnectionMultiplexer multiplexer)
    {
        await Task.Yield();
        try
        {
            await multiplexer.ConfigureAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFailure.IsOfClient(exception))
        {
            // The next failed call asks again.
        }
    }
}
