namespace Pipeline.Telemetry;

/// <summary>By what a <see cref="TelemetryReport"/> is broken down. Values can be combined.</summary>
[Flags]
public enum TelemetryGrouping
{
    /// <summary>By nothing: one row.</summary>
    None = 0,

    /// <summary>By <see cref="TelemetryRecord.Step"/>.</summary>
    Step = 1,

    /// <summary>By <see cref="TelemetryRecord.Model"/>; records without a model are a group of their own.</summary>
    Model = 2,

    /// <summary>By <see cref="TelemetryRecord.Tenant"/>.</summary>
    Tenant = 4,
}
