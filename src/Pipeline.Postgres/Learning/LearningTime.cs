namespace Pipeline.Learning;

/// <summary>Times as the tables have them: microseconds since 1970-01-01 00:00 UTC.</summary>
internal static class LearningTime
{
    private static readonly long Epoch = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time, cut to the microsecond.</summary>
    public static long ToMicroseconds(DateTimeOffset time) => (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - Epoch;

    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
