namespace Pipeline.Telemetry;

/// <summary>A clock whose short timers fire at once, as if their time had passed, and whose long ones, which are deadlines, never do.</summary>
internal sealed class EagerClock : TimeProvider
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new EagerTimer(callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class EagerTimer(TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime < Deadline)
            {
                ThreadPool.QueueUserWorkItem(_ => Fire());
            }

            return !_isDisposed;
        }

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (!_isDisposed)
            {
                callback(state);
            }
        }
    }
}
