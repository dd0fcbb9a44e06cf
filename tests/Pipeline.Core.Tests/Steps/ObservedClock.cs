using Pipeline.Conformance;

namespace Pipeline.Steps;

/// <summary>A manual clock that tells when a timer has been set, so that a test moves time only once somebody waits for it.</summary>
internal sealed class ObservedClock : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<TimeSpan, int> _set = [];
    private readonly List<(TimeSpan Due, int Count, TaskCompletionSource Reached)> _waiting = [];

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ObservedTimer(this, _clock.CreateTimer(callback, state, dueTime, period));
        Tell(dueTime);
        return timer;
    }

    public void Advance(TimeSpan time) => _clock.Advance(time);

    /// <summary>Waits until as many timers of this due time have been set.</summary>
    public Task TimerSetAsync(TimeSpan dueTime, int count = 1)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_set.GetValueOrDefault(dueTime) >= count)
            {
                reached.SetResult();
            }
            else
            {
                _waiting.Add((dueTime, count, reached));
            }

            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private void Tell(TimeSpan dueTime)
    {
        lock (_gate)
        {
            var count = _set[dueTime] = _set.GetValueOrDefault(dueTime) + 1;
            foreach (var (due, wanted, reached) in _waiting)
            {
                if (due == dueTime && wanted <= count)
                {
                    reached.TrySetResult();
                }
            }
        }
    }

    private sealed class ObservedTimer(ObservedClock owner, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isSet = timer.Change(dueTime, period);
            owner.Tell(dueTime);
            return isSet;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
