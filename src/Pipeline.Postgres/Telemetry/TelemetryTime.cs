namespace Pipeline.Telemetry;

/// <summary>Times as the table has them: microseconds since 1970-01-01 00:00 UTC.</summary>
internal static class TelemetryTime
{
    private static readonly long First = ToMicroseconds(DateTimeOffset.MinValue);
    private static readonly long Last = ToMicroseconds(DateTimeOffset.MaxValue);

    public static long ToMicroseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Gives the time; the first or last there is where it is beyond.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(microseconds, First, Last) * TimeSpan.TicksPerMicrosecond);
}
