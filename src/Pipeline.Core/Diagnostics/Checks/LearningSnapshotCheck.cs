using Pipeline.DependencyInjection;
using Pipeline.Learning;

namespace Pipeline.Diagnostics;

/// <summary>Whether what steps learn outlives the process, and a process that is killed.</summary>
internal sealed class LearningSnapshotCheck(SuiteFacts suite) : SuiteCheck(suite, "learning.snapshot")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var options = LearningRegistration.ReadOptions(Suite.Services, Suite.Registry);
        var steps = Suite.Steps.Where(static step => step.Traits.UsesLearnings).Select(static step => step.Name).ToArray();
        var path = $"{Sections.Learning}:{nameof(options.SnapshotPath)}";
        var interval = $"{Sections.Learning}:{nameof(options.SnapshotInterval)}";
        return new(Suite switch
        {
            _ when !Suite.Registry.IsDefault<ILearningStore>() => DoctorResult.Ok("Learnings are kept by a backend."),
            _ when options is { SnapshotPath: not null, SnapshotInterval: null } => DoctorResult.Warning(
                "Learnings in memory are written to their file at the end of the process alone: one that is killed loses what it learned.",
                Suite.SetAbout(interval, "00:01:00")),
            _ when options.SnapshotPath is not null => DoctorResult.Ok($"Learnings in memory are written to their file every {Wording.Time(options.SnapshotInterval!.Value)}."),
            _ when steps.Length == 0 => DoctorResult.Ok("No step uses learnings."),
            { IsDevelopment: true } => DoctorResult.Ok("Learnings are in memory, which will do for development."),
            _ => DoctorResult.Warning(
                $"{Wording.Count(steps.Length, "step")} with learnings in this process's memory ({Wording.Names(steps)}): the end of the process loses them.",
                $"{Suite.Set(path, "a file that only this process uses")} Or name a backend for learnings, for instance with UsePostgres on the builder."),
        });
    }
}
