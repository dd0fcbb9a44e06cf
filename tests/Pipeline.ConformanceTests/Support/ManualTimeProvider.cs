namespace Pipeline.Conformance;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, in the order of their due times, on the
/// thread that advances.
/// </summary>
/// <remarks>
/// Two clocks in one, as in a real machine: the timestamp is monotonic and drives timers; the wall clock follows it, and can also be
/// set on its own, as an administrator or a time server sets it. A timer that is due at once fires on the thread pool, as with the
/// system's clock. Thread safe; advances of several threads add up.
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(ManualTimer Timer, long Version), (long Due, long Order)> _due = new();
    private DateTimeOffset _utcOrigin;
    private long _ticks;
    private long _horizon;
    private long _order;

    /// <summary>Makes a clock that shows the start of the year 2030.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Makes a clock.</summary>
    /// <param name="utcNow">What the wall clock shows at first.</param>
    public ManualTimeProvider(DateTimeOffset utcNow) => _utcOrigin = utcNow.ToUniversalTime();

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _utcOrigin.AddTicks(_ticks);
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <summary>Sets the wall clock, forwards or backwards. The timestamp does not move and no timer fires.</summary>
    /// <param name="utcNow">What the wall clock shows from now on.</param>
    public void SetUtcNow(DateTimeOffset utcNow)
    {
        lock (_gate)
        {
            _utcOrigin = utcNow.ToUniversalTime().AddTicks(-_ticks);
        }
    }

    /// <summary>Moves both clocks on, and fires the timers that come due on the way, each at its own time.</summary>
    /// <param name="time">How far, zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is negative.</exception>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        long target;
        lock (_gate)
        {
            _horizon = Math.Max(_horizon, _ticks) + time.Ticks;
            target = _horizon;
        }

        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            while (_due.TryPeek(out var entry, out var at) && at.Due <= target)
            {
                _due.Dequeue();
                if (entry.Timer.Version != entry.Version)
                {
                    continue;
                }

                _ticks = Math.Max(_ticks, at.Due);
                Rearm(entry.Timer, at.Due);
                return entry.Timer;
            }

            _ticks = Math.Max(_ticks, target);
            return null;
        }
    }

    private void Rearm(ManualTimer timer, long due)
    {
        if (timer.Period > TimeSpan.Zero)
        {
            _due.Enqueue((timer, timer.Version), (due + timer.Period.Ticks, _order++));
        }
    }

    private bool Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            timer.Version++;
            timer.Period = period;
            if (dueTime > TimeSpan.Zero)
            {
                _due.Enqueue((timer, timer.Version), (_ticks + dueTime.Ticks, _order++));
            }
            else if (dueTime == TimeSpan.Zero)
            {
                Rearm(timer, _ticks);
            }
        }

        if (dueTime == TimeSpan.Zero)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static due => due.Fire(), timer, preferLocal: false);
        }

        return true;
    }

    private void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            timer.Version++;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();

        public long Version { get; set; }

        public TimeSpan Period { get; set; }

        public bool IsDisposed { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
            return clock.Schedule(this, dueTime, period);
        }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Invoke(), this);
            }
        }

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            clock.Remove(this);
            return ValueTask.CompletedTask;
        }

        private void Invoke() => callback(state);
    }
}
