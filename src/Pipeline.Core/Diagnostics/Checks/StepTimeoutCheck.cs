using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Diagnostics;

/// <summary>Whether a call that hangs comes to an end.</summary>
internal sealed class StepTimeoutCheck(SuiteFacts suite) : SuiteCheck(suite, "step.timeout")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var steps = Suite.Steps;
        foreach (var (name, traits, options) in steps.Where(static step => !step.Traits.HasOwnPipeline))
        {
            if (options.ModelTimeouts.Count > 0 && !traits.NamesModel)
            {
                findings.Warn(
                    $"Step '{name}' has time-outs by model, but nothing says which model a call asks, so that none of them applies.",
                    $"Add .Model(input => …) to the step, or remove {Suite.Setting($"{Sections.Steps}:{name}:{nameof(StepOptions.ModelTimeouts)}")}.");
            }

            if (options.TotalTimeout is null && options.AttemptTimeout is null && (options.ModelTimeouts.Count == 0 || !traits.NamesModel))
            {
                var effect = traits.IsCached ? "holds every caller who asks for the same answer, for good" : "holds its caller for good";
                findings.Warn(
                    $"Step '{name}' has no time-out: a call that hangs {effect}.",
                    Suite.Set($"{Sections.Steps}:{name}:{nameof(StepOptions.TotalTimeout)}", "the longest that a caller waits, for instance 00:00:30"));
            }
        }

        return new(findings.ToResult($"{Wording.Count(steps.Count, "step")}, each with a time-out."));
    }
}
