namespace Pipeline.State;

/// <summary>
/// Numbers that rise with each lease of one key. They begin at the time in microseconds, so that what was forgotten and comes again begins above all that it had.
/// </summary>
internal static class FencingToken
{
    public static long After(long last, DateTimeOffset now) =>
        Math.Max(last + 1, (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
