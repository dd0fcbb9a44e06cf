using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>
/// The time of one test: its processes and the scripts that they run are told a clock that stands still until the test moves it, and the keys that expire do so by it.
/// So nothing waits for the server's clock, and nothing depends on how fast a machine is. Thread safe.
/// </summary>
/// <remarks>
/// A script that asks for the time gets what its caller hands over, a microsecond more at each call, since no server runs two in one. See <c>standing-clock.lua</c>.
/// </remarks>
internal sealed class StandingClock
{
    // A caller that the network swallows is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Ends rounded up to a millisecond are over, then.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(2);

    private readonly StandingTime _time = new();
    private readonly ConcurrentDictionary<RedisKey, IDatabase> _routes = new();
    private readonly Lock _gate = new();
    private Task _lastMove = Task.CompletedTask;
    private TaskCompletionSource? _moving;
    private TaskCompletionSource? _idle;
    private int _running;
    private long _calls;

    /// <summary>Gets the clock of the processes.</summary>
    public StandingTime ClientTime => _time;

    /// <summary>Gets the server's time.</summary>
    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddMicroseconds(Microseconds);

    private long Microseconds => ((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) + Volatile.Read(ref _calls);

    /// <summary>Returns a connection on which this clock rules.</summary>
    public IConnectionMultiplexer Rule(IConnectionMultiplexer connection) => ClockedMultiplexer.Wrap(connection, this);

    /// <summary>Moves the time, at a moment when no call is under way.</summary>
    public async ValueTask AdvanceAsync(TimeSpan time)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Interlocked.Exchange(ref _lastMove, mine.Task);
        try
        {
            await StopCallsAsync();
            _time.Advance(time + Slack);
            await Task.WhenAll(_routes.Select(route => ClockedScripts.ExpireAsync(route.Value, route.Key, Microseconds)));
        }
        finally
        {
            lock (_gate)
            {
                _moving?.SetResult();
                _moving = null;
            }

            mine.SetResult();
        }
    }

    /// <summary>Makes a call, when the time is not just being moved.</summary>
    /// <param name="send">Sends it, given the time.</param>
    public async Task<T> RunAsync<T>(Func<long, Task<T>> send)
    {
        while (!TryBegin(out var moving))
            await moving;

        try
        {
            return await send(NextMoment()).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0)
                    _idle?.TrySetResult();
            }
        }
    }

    /// <summary>Remembers where a script ran, so that the keys that it made expire.</summary>
    public void Visit(IDatabase database, RedisKey key) => _routes.TryAdd(key, database);

    private long NextMoment()
    {
        Interlocked.Increment(ref _calls);
        return Microseconds;
    }

    private bool TryBegin(out Task moving)
    {
        lock (_gate)
        {
            moving = _moving?.Task ?? Task.CompletedTask;
            if (_moving is not null)
                return false;
            _running++;
            return true;
        }
    }

    private async Task StopCallsAsync()
    {
        Task idle;
        lock (_gate)
        {
            _moving = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _running == 0 ? Task.CompletedTask : _idle.Task;
        }

        await Task.WhenAny(idle, Task.Delay(Patience));
    }
}
