using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// The server's time, estimated: what it said, and how much of this process's monotonic clock has gone by since. This machine's wall clock
/// has no part in it. Thread safe.
/// </summary>
/// <remarks>
/// An estimate is wrong by half of its round trip at most, and by as much as the two clocks drift apart until the next one: a minute later, while
/// the cache is used. A server whose clock was set is followed from the next one on.
/// </remarks>
internal sealed class RedisServerClock(RedisConnection connection)
{
    private const string Operation = "cache clock";
    private const int FirstSamples = 3;
    private const double Drift = 0.0001;

    private static readonly TimeSpan GoodError = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly string _key = connection.Keys.Root + "clock";
    private readonly TimeProvider _time = connection.Time;
    private readonly Lock _gate = new();
    private volatile Sample? _sample;
    private Task? _look;
    private TimeSpan _pause = FirstPause;
    private long _due;

    /// <summary>The server's time, in whole milliseconds. Not before <see cref="EnsureAsync"/> has completed once.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var sample = _sample ?? throw new InvalidOperationException("The server's clock has not been read.");
            var ticks = sample.ServerTicks + _time.GetElapsedTime(sample.At).Ticks;
            return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        }
    }

    /// <summary>Waits until there is an estimate: only the first calls have to. Where the next is due, it is made meanwhile.</summary>
    /// <exception cref="BackendUnavailableException">There is none yet, and the server did not answer.</exception>
    public ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_sample is null)
        {
            return new(LookAsync().WaitAsync(cancellationToken));
        }

        if (_time.GetTimestamp() >= Volatile.Read(ref _due))
        {
            _ = LookAsync();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Has the next call look anew: another server may have taken over.</summary>
    public void Doubt()
    {
        lock (_gate)
        {
            _pause = FirstPause;
            Volatile.Write(ref _due, 0);
        }
    }

    private Task LookAsync()
    {
        lock (_gate)
        {
            if (_look is not { IsCompleted: false })
            {
                Volatile.Write(ref _due, _time.GetTimestamp() + (long)(_pause.TotalSeconds * _time.TimestampFrequency));
                _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _look = Task.Run(RunAsync);

                // Who waits is told. That a look in passing failed nobody needs to know: there is another before long.
                _ = _look.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            return _look;
        }
    }

    private async Task RunAsync()
    {
        // To connect and to load the script takes long, and would make a poor estimate.
        await connection.GetSessionAsync(Operation, CancellationToken.None).ConfigureAwait(false);
        var samples = 0;
        do
        {
            var sent = _time.GetTimestamp();
            var reply = await connection.EvaluateAsync(RedisCacheScripts.Clock, Operation, [_key], []).ConfigureAwait(false);
            Take(sent, _time.GetTimestamp(), (long)reply);
            samples++;
        }
        while (samples < FirstSamples && _sample!.Error > GoodError);
    }

    private void Take(long sent, long received, long microseconds)
    {
        var error = _time.GetElapsedTime(sent, received) / 2;
        var ticks = DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond) + error.Ticks;
        var taken = new Sample(received, ticks, error);
        if (_sample is not { } former)
        {
            _sample = taken;
            return;
        }

        // A quick answer of a while ago may say it better than a slow one of now; unless they contradict each other, and the clock was set.
        var age = _time.GetElapsedTime(former.At, received);
        var formerError = former.Error + (age * Drift);
        var difference = new TimeSpan(Math.Abs(taken.ServerTicks - former.ServerTicks - age.Ticks));
        if (error <= formerError || difference > error + formerError)
        {
            _sample = taken;
        }
    }

    private sealed record Sample(long At, long ServerTicks, TimeSpan Error);
}
