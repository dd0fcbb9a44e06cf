using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.Diagnostics;

/// <summary>Whether records were lost since the process began. What is billed is worse than what is good to know.</summary>
internal sealed class TelemetryLossCheck(SuiteFacts suite) : SuiteCheck(suite, "telemetry.losses")
{
    private const string Accounting = $"{Sections.Telemetry}:{nameof(TelemetryOptions.Accounting)}:{nameof(TelemetryLaneOptions.MaxRecords)}";
    private const string Spill = $"{Sections.Telemetry}:{nameof(TelemetryOptions.Spill)}:{nameof(TelemetrySpillOptions.Directory)}";

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var sinks = Suite.GetRequired<TelemetrySinks>().GetStatistics();
        foreach (var (sink, statistics) in sinks)
        {
            if (Describe(statistics, TelemetryLane.Accounting) is { } billed)
            {
                findings.Fail(
                    $"The telemetry sink '{sink}' has lost {billed} that are billed.",
                    $"See that its backend answers and takes what it is given; set {Suite.Setting(Spill)}, or raise {Suite.Setting(Accounting)}, to outlast an outage.");
            }

            if (Describe(statistics, TelemetryLane.Diagnostic) is { } other)
            {
                findings.Warn(
                    $"The telemetry sink '{sink}' has lost {other} of the diagnostic lane.",
                    "See that its backend answers and takes what it is given.");
            }
        }

        return new(findings.ToResult(
            $"{Wording.Count(sinks.Sum(static sink => sink.Value.Emitted), "record")} emitted to {Wording.Count(sinks.Count, "sink")}, none lost."));
    }

    private static string? Describe(TelemetrySinkStatistics statistics, TelemetryLane lane)
    {
        var drops = statistics.Dropped.Where(drop => drop.Lane == lane && drop.Count > 0).ToArray();
        return drops.Length == 0
            ? null
            : $"{Wording.Count(drops.Sum(static drop => drop.Count), "record")} ({string.Join(", ", drops.Select(static drop => $"{drop.Reason}: {Wording.Number(drop.Count)}"))})";
    }
}
