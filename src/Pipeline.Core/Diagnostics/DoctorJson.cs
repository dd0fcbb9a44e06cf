using System.Text.Json;

namespace Pipeline.Diagnostics;

/// <summary>Writes a report as JSON.</summary>
internal static class DoctorJson
{
    private const int Version = 1;

    public static string Write(DoctorReport report) => JsonSerializer.Serialize(
        new DoctorJsonReport(
            Version,
            NameOf(report.Status),
            report.ExitCode,
            report.Time,
            Seconds(report.Duration),
            new DoctorJsonCounts(
                report.Count(DoctorStatus.Ok), report.Count(DoctorStatus.Warning), report.Count(DoctorStatus.Error), report.Skipped.Count),
            [.. report.Rows.Select(static row => new DoctorJsonCheck(
                row.Name, NameOf(row.Result.Status), row.Result.Summary, row.Result.Mend, Seconds(row.Duration)))],
            report.Skipped),
        DoctorJsonContext.Default.DoctorJsonReport);

    public static string NameOf(DoctorStatus status) => status switch
    {
        DoctorStatus.Ok => "ok",
        DoctorStatus.Warning => "warning",
        _ => "error",
    };

    // To the microsecond: what a float has beyond it is noise.
    private static decimal Seconds(TimeSpan time) => decimal.Round(time.Ticks / (decimal)TimeSpan.TicksPerSecond, 6);
}
