namespace Pipeline.Telemetry;

/// <summary>How many records of a lane were dropped for one reason.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Count">The number of records.</param>
public readonly record struct TelemetryDropCount(TelemetryLane Lane, TelemetryDropReason Reason, long Count);
