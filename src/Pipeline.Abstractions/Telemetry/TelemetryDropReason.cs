namespace Pipeline.Telemetry;

/// <summary>Why a sink dropped a record.</summary>
public enum TelemetryDropReason
{
    /// <summary>The record is not valid (<see cref="TelemetryRecord.IsValid"/>).</summary>
    Invalid = 0,

    /// <summary>The sink held as many records as it may.</summary>
    CountLimit = 1,

    /// <summary>The sink held as many bytes as it may.</summary>
    ByteLimit = 2,

    /// <summary>A diagnostic record made room for an accounting one.</summary>
    Displaced = 3,

    /// <summary>The spill on disk was full, could not be written, or could not be read back.</summary>
    SpillFailed = 4,

    /// <summary>The backend refused the record for good.</summary>
    Refused = 5,

    /// <summary>The sink was closed before or while it had the record.</summary>
    Closed = 6,
}
