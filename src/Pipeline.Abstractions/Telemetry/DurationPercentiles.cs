namespace Pipeline.Telemetry;

/// <summary>How long the calls of a group took.</summary>
/// <remarks>
/// Percentiles are by nearest rank: of n durations in ascending order, the p-th percentile is number ⌈p/100 × n⌉, a duration that did occur
/// (Hyndman and Fan 1996, definition 1; SQL's <c>percentile_disc</c>).
/// </remarks>
/// <param name="P50">The median.</param>
/// <param name="P90">The 90th percentile.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Max">The longest.</param>
public readonly record struct DurationPercentiles(TimeSpan P50, TimeSpan P90, TimeSpan P95, TimeSpan P99, TimeSpan Max);
