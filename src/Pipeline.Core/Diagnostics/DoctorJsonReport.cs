namespace Pipeline.Diagnostics;

/// <summary>A report as it stands in JSON: see docs/doctor.md.</summary>
internal sealed record DoctorJsonReport(
    int Version,
    string Status,
    int ExitCode,
    DateTimeOffset Time,
    decimal DurationSeconds,
    DoctorJsonCounts Counts,
    IReadOnlyList<DoctorJsonCheck> Checks,
    IReadOnlyList<string> Skipped);
