using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>How long telemetry is kept in a PostgreSQL database, and how long reports may take.</summary>
/// <remarks>Processes that share a database are to have the same.</remarks>
public sealed class PostgresTelemetryOptions
{
    /// <summary>
    /// How long a record is kept, by the time in its id (<see cref="TelemetryRecord.NewId"/>) or, if there is none, by its <see cref="TelemetryRecord.Time"/>, 1 to 3,650 days. Default:
    /// 30 days. What is over goes by whole days, or by sixtieths of the retention where that is longer, within three hours in which something is written.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a report, a page of records or an erasure may take before it fails with a <see cref="BackendUnavailableException"/>, 1 second to 1 hour. Default: 1 minute.
    /// </summary>
    public TimeSpan ReportTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
