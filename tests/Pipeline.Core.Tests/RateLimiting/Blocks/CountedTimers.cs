namespace Pipeline.RateLimiting;

/// <summary>A clock that knows how many of its timers run.</summary>
internal sealed class CountedTimers(TimeProvider time) : TimeProvider
{
    private int _running;

    public int Running => Volatile.Read(ref _running);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _running);
        return new Timer(this, time.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class Timer(CountedTimers owner, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            Interlocked.Decrement(ref owner._running);
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
