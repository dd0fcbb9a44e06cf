namespace Pipeline.Telemetry;

/// <summary>How much is kept. Immutable.</summary>
internal sealed class RedisTelemetryBounds(RedisTelemetryOptions options)
{
    /// <summary>The most segments of a lane: the oldest is forgotten whole, and an id is looked for in each.</summary>
    public const int Segments = 8;

    private readonly int _accounting = options.MaxAccountingRecords;
    private readonly int _diagnostic = options.MaxDiagnosticRecords;

    public long RetentionMilliseconds { get; } = (long)options.Retention.TotalMilliseconds;

    public int SegmentSize(TelemetryLane lane) => ((lane == TelemetryLane.Accounting ? _accounting : _diagnostic) + Segments - 1) / Segments;
}
