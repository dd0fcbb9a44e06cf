using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.Diagnostics;

/// <summary>Whether records that are billed outlive a process that is killed before their store has them.</summary>
internal sealed class TelemetrySpillCheck(SuiteFacts suite) : SuiteCheck(suite, "telemetry.spill")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var spill = TelemetryRegistration.ReadOptions(Suite.Services, Suite.Registry).Spill;
        var stores = Suite.GetRequired<TelemetrySinks>().OfType<BufferedTelemetrySink>().Select(static sink => sink.Name).ToArray();
        var directory = $"{Sections.Telemetry}:{nameof(TelemetryOptions.Spill)}:{nameof(spill.Directory)}";
        if (stores.Length == 0)
        {
            return new(DoctorResult.Ok("No telemetry store was added."));
        }

        if (spill.Directory is null)
        {
            return new(DoctorResult.Warning(
                $"What is billed waits in memory for {Wording.Names(stores)}: a process that is killed loses it.",
                Suite.Set(directory, "a folder on a disk that outlives the process")));
        }

        var needed = spill.MaxBytes * stores.Length;
        return new(Suite.Process.FreeBytes(spill.Directory) is { } free && free < needed
            ? DoctorResult.Warning(
                $"What is billed may take {Wording.Bytes(needed)} on disk while {Wording.Names(stores)} {(stores.Length == 1 ? "is" : "are")} away, and {Wording.Bytes(free)} are free.",
                $"Free the space, or lower {Suite.Setting($"{Sections.Telemetry}:{nameof(TelemetryOptions.Spill)}:{nameof(spill.MaxBytes)}")}.")
            : DoctorResult.Ok($"What is billed is kept on disk until {Wording.Names(stores)} {(stores.Length == 1 ? "has" : "have")} it, at most {Wording.Bytes(needed)}."));
    }
}
