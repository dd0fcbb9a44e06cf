namespace Pipeline.Telemetry;

/// <summary>Counts dropped records by lane and reason, for the author of a sink.</summary>
/// <remarks>Thread safe. Counting takes no lock and allocates nothing.</remarks>
public sealed class TelemetryDropCounters
{
    private const int Lanes = (int)TelemetryLane.Diagnostic + 1;
    private const int Reasons = (int)TelemetryDropReason.Closed + 1;

    private readonly long[] _counts = new long[Lanes * Reasons];

    /// <summary>Counts dropped records.</summary>
    /// <param name="lane">The lane that they were in.</param>
    /// <param name="reason">Why they were dropped.</param>
    /// <param name="count">How many, zero or more; one by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="lane"/> or <paramref name="reason"/> is not one of its enumeration, or <paramref name="count"/> is negative.
    /// </exception>
    public void Add(TelemetryLane lane, TelemetryDropReason reason, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Interlocked.Add(ref _counts[IndexOf(lane, reason)], count);
    }

    /// <summary>Reads one counter.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="reason">The reason.</param>
    /// <returns>How many records of the lane were dropped for the reason.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lane"/> or <paramref name="reason"/> is not one of its enumeration.</exception>
    public long Read(TelemetryLane lane, TelemetryDropReason reason) => Interlocked.Read(ref _counts[IndexOf(lane, reason)]);

    /// <summary>Reads all counters.</summary>
    /// <returns>Those that are not zero, by lane and reason.</returns>
    public IReadOnlyList<TelemetryDropCount> ReadAll()
    {
        List<TelemetryDropCount> counts = [];
        for (var i = 0; i < _counts.Length; i++)
        {
            if (Interlocked.Read(ref _counts[i]) is > 0 and var count)
            {
                counts.Add(new TelemetryDropCount((TelemetryLane)(i / Reasons), (TelemetryDropReason)(i % Reasons), count));
            }
        }

        return counts;
    }

    private static int IndexOf(TelemetryLane lane, TelemetryDropReason reason)
    {
        ThrowIfUndefined((int)lane, Lanes, nameof(lane));
        ThrowIfUndefined((int)reason, Reasons, nameof(reason));
        return ((int)lane * Reasons) + (int)reason;
    }

    private static void ThrowIfUndefined(int value, int count, string argument)
    {
        if ((uint)value >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(argument, value, "The value is not one of the enumeration. Give one of its named values.");
        }
    }
}
