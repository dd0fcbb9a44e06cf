using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether the suites of the process can be told apart.</summary>
internal sealed class SuiteNamesCheck(IReadOnlyCollection<PipelineRegistry> suites) : ProcessCheck("suite.names")
{
    protected override DoctorResult Look()
    {
        var alike = suites.Select(static suite => suite.Name)
            .GroupBy(static name => name, StringComparer.OrdinalIgnoreCase)
            .Where(static group => group.Count() > 1)
            .SelectMany(static group => group)
            .ToArray();
        return alike.Length > 0
            ? DoctorResult.Warning(
                $"{Wording.Count(alike.Length, "suite")} have names that differ in letter case alone: {Wording.Names(alike)}. Each has queues, caches and limits of its own.",
                "Spell the name alike in every AddPipeline call if one suite is meant, else give them other names.")
            : DoctorResult.Ok($"{Wording.Count(suites.Count, "suite")}.");
    }
}
