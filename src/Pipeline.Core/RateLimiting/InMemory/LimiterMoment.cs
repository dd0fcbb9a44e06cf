namespace Pipeline.RateLimiting;

/// <summary>The time of one call.</summary>
/// <param name="Now">Ticks of <see cref="TimeSpan"/> on the monotonic clock.</param>
/// <param name="UtcTicks">The wall clock. 0 where no rule of the call needs it.</param>
internal readonly record struct LimiterMoment(long Now, long UtcTicks);
