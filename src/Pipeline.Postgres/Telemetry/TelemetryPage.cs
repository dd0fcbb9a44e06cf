namespace Pipeline.Telemetry;

/// <summary>A page of records.</summary>
/// <param name="Records">Those that can be read.</param>
/// <param name="Unreadable">How many more there were.</param>
/// <param name="End">Where the page ends.</param>
/// <param name="IsLast">Whether none follows.</param>
internal sealed record TelemetryPage(IReadOnlyList<TelemetryRecord> Records, int Unreadable, TelemetryPosition End, bool IsLast);
