using System.Diagnostics;

namespace Pipeline.TestSupport;

/// <summary>
/// The clock of a process whose server's clock stands still between a test's advances: it stands still, too. Timers go by the real time, so that nothing waits for ever,
/// and an advance brings those nearer that are not periodic; what is periodic is a beat, which counts nobody's time. Thread safe.
/// </summary>
public sealed class StandingTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<StandingTimer> _armed = [];
    private long _ticks = System.GetUtcNow().Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StandingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, and brings the timers nearer.</summary>
    public void Advance(TimeSpan time)
    {
        lock (_gate)
        {
            Volatile.Write(ref _ticks, _ticks + time.Ticks);
            foreach (var timer in _armed)
                timer.BringNearer(time);
        }
    }

    /// <summary>Returns this clock as a process has it whose wall clock is wrong.</summary>
    public TimeProvider Shifted(TimeSpan offset) => new ShiftedTime(this, offset);

    private sealed class ShiftedTime(StandingTime time, TimeSpan offset) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + offset;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class StandingTimer : ITimer
    {
        private readonly StandingTime _owner;
        private readonly TimerCallback _callback;
        private readonly ITimer _timer;
        private long _started;
        private TimeSpan _due;

        public StandingTimer(StandingTime owner, TimerCallback callback, object? state)
        {
            _owner = owner;
            _callback = callback;
            _timer = System.CreateTimer(Fire, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_owner._gate)
            {
                (_started, _due) = (Stopwatch.GetTimestamp(), dueTime);
                if (period <= TimeSpan.Zero && dueTime > TimeSpan.Zero)
                    _owner._armed.Add(this);
                else
                    _owner._armed.Remove(this);
                return _timer.Change(dueTime, period);
            }
        }

        public void BringNearer(TimeSpan time)
        {
            _due -= time;
            var left = _due - Stopwatch.GetElapsedTime(_started);
            _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            lock (_owner._gate)
                _owner._armed.Remove(this);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(object? state)
        {
            lock (_owner._gate)
                _owner._armed.Remove(this);
            _callback(state);
        }
    }
}
