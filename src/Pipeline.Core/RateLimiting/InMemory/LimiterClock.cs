namespace Pipeline.RateLimiting;

/// <summary>
/// The clock of an in-memory limiter. Durations are measured on the monotonic one; only fixed and calendar windows look at the wall clock.
/// </summary>
internal sealed class LimiterClock(TimeProvider time)
{
    private const long NanosecondFrequency = 1_000_000_000;
    private const long NanosecondsPerTick = NanosecondFrequency / TimeSpan.TicksPerSecond;

    private readonly long _start = time.GetTimestamp();
    private readonly long _frequency = time.TimestampFrequency;

    /// <summary>Ticks of <see cref="TimeSpan"/> since the clock was made, rounded down.</summary>
    public long Now
    {
        get
        {
            // TimeProvider.GetElapsedTime goes through a double, which after some years is no longer exact.
            var elapsed = Math.Max(0, time.GetTimestamp() - _start);
            return _frequency switch
            {
                NanosecondFrequency => elapsed / NanosecondsPerTick,
                TimeSpan.TicksPerSecond => elapsed,
                _ => (long)((Int128)elapsed * TimeSpan.TicksPerSecond / _frequency),
            };
        }
    }

    public LimiterMoment Read(bool withWallClock) => new(Now, withWallClock ? time.GetUtcNow().UtcTicks : 0);
}
