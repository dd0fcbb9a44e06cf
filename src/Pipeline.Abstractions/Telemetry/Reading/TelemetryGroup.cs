namespace Pipeline.Telemetry;

/// <summary>What the records of one row have in common; null where they were not grouped by it.</summary>
internal readonly record struct TelemetryGroup(long? Interval, string? Step, string? Model, string? Tenant);
