namespace Pipeline.Telemetry;

/// <summary>How much a record is worth when there is not room for all.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum TelemetryLane
{
    /// <summary>What is billed. Never dropped while a diagnostic record could be, and the lane that can spill to disk.</summary>
    Accounting = 0,

    /// <summary>What is good to know. Dropped first.</summary>
    Diagnostic = 1,
}
