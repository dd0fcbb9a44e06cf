using Pipeline.Internal;

namespace Pipeline.Telemetry;

/// <summary>The answer to <see cref="ITelemetryReader.SummarizeAsync"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record TelemetryReport
{
    /// <summary>The rows, in the order that <see cref="ITelemetryReader.SummarizeAsync"/> promises; exactly one where nothing was grouped.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required IReadOnlyList<TelemetryReportRow> Rows
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Rows));
    }

    /// <summary>Whether there were more groups than <see cref="TelemetryQuery.RowLimit"/>: the last ones are missing.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>
    /// The time from which on the store still has every record that it was given; <see langword="null"/> where it has forgotten none. A report over
    /// an earlier time counts too little.
    /// </summary>
    public DateTimeOffset? CompleteSince { get; init; }
}
