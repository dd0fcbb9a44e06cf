using Pipeline.Internal;

namespace Pipeline.Telemetry;

/// <summary>What became of the records that a sink was given, since it was made.</summary>
/// <remarks><c>Emitted + Recovered = Written + Pending + DroppedTotal</c>, exactly, when no call is under way. Immutable, hence thread safe.</remarks>
public sealed record TelemetrySinkStatistics
{
    /// <summary>How often the sink was given a record.</summary>
    public required long Emitted { get; init; }

    /// <summary>How many records an earlier process had left on disk and this sink has taken over.</summary>
    public long Recovered { get; init; }

    /// <summary>How many records the backend has acknowledged; one that it already had counts here, too.</summary>
    public required long Written { get; init; }

    /// <summary>How many records wait to be written, in memory and on disk.</summary>
    public required long Pending { get; init; }

    /// <summary>How many of the pending records wait on disk.</summary>
    public long Spilled { get; init; }

    /// <summary>What was dropped, by lane and reason; a pair that is missing is zero.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required IReadOnlyList<TelemetryDropCount> Dropped
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Dropped));
    }

    /// <summary>How many records were dropped, of all lanes and for all reasons.</summary>
    public long DroppedTotal => Dropped.Sum(static drop => drop.Count);

    /// <summary>How many records of a lane were dropped for a reason.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="reason">The reason.</param>
    /// <returns>The number, zero or more.</returns>
    public long GetDropped(TelemetryLane lane, TelemetryDropReason reason) =>
        Dropped.Where(drop => drop.Lane == lane && drop.Reason == reason).Sum(static drop => drop.Count);
}
