namespace Pipeline.Queues;

/// <summary>The clock of an in-memory queue. Spans are measured on the monotonic one, so that a jump of the wall clock ends no lease.</summary>
internal sealed class QueueClock(TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();

    /// <summary>Ticks of <see cref="TimeSpan"/> since the clock was made.</summary>
    public long Now => timeProvider.GetElapsedTime(_start).Ticks;

    public DateTimeOffset UtcNow => timeProvider.GetUtcNow();

    public ITimer CreateTimer(TimerCallback callback) =>
        timeProvider.CreateTimer(callback, state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
