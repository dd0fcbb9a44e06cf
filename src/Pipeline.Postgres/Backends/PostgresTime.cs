namespace Pipeline.Backends;

/// <summary>Times as they go over the wire: whole microseconds, a time's since 1970.</summary>
internal static class PostgresTime
{
    public static long ToMicroseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
