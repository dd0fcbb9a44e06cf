namespace Pipeline.Telemetry;

/// <summary>Intervals of one length, aligned to 1970-01-01T00:00Z and counted from there.</summary>
internal static class TelemetryIntervals
{
    public static long NumberOf(DateTimeOffset time, TimeSpan length)
    {
        var (number, rest) = Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, length.Ticks);
        return rest < 0 ? number - 1 : number;
    }

    /// <summary>When an interval begins. One that begins before the first time there is, begins with it.</summary>
    public static DateTimeOffset StartOf(long number, TimeSpan length)
    {
        var ticks = DateTimeOffset.UnixEpoch.Ticks + ((Int128)number * length.Ticks);
        return ticks < 0 ? DateTimeOffset.MinValue : new DateTimeOffset((long)ticks, TimeSpan.Zero);
    }
}
