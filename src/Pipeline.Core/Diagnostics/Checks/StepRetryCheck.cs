using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Diagnostics;

/// <summary>Whether a step's retries can happen within its time-out, and do not come all at once.</summary>
internal sealed class StepRetryCheck(SuiteFacts suite) : SuiteCheck(suite, "step.retry")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var steps = Suite.Steps.Where(static step => step.Options.Retry is not null && !step.Traits.HasOwnPipeline).ToArray();
        foreach (var (name, _, options) in steps)
        {
            Judge(name, options, options.Retry!, findings);
        }

        return new(findings.ToResult($"{Wording.Count(steps.Length, "step")} with retries, which fit within their time-outs."));
    }

    /// <summary>How long the delays take in all, without their jitter.</summary>
    internal static TimeSpan DelaysOf(StepRetryOptions retry)
    {
        var (sum, delay) = (TimeSpan.Zero, retry.Delay);
        for (var i = 0; i < retry.MaxRetryAttempts; i++)
        {
            sum += delay;
            delay = delay * 2 < retry.MaxDelay ? delay * 2 : retry.MaxDelay;
        }

        return sum;
    }

    private void Judge(string name, StepOptions options, StepRetryOptions retry, Findings findings)
    {
        var step = $"{Sections.Steps}:{name}";
        if (!retry.UseJitter)
        {
            findings.Warn(
                $"Step '{name}' retries without jitter: callers who failed together come back together.",
                Suite.Set($"{step}:Retry:{nameof(retry.UseJitter)}", "true"));
        }

        if (options.TotalTimeout is not { } total)
        {
            return;
        }

        if (options.AttemptTimeout is not { } attempt)
        {
            findings.Warn(
                $"Step '{name}' has retries and a TotalTimeout of {Wording.Time(total)}, but no AttemptTimeout: an attempt that hangs uses all of it, and none follows.",
                Suite.Set($"{step}:{nameof(options.AttemptTimeout)}", $"less than {Wording.Time(total / (retry.MaxRetryAttempts + 1))}"));
            return;
        }

        var attempts = retry.MaxRetryAttempts + 1;
        var needed = (attempt * attempts) + DelaysOf(retry);
        if (needed > total)
        {
            findings.Warn(
                $"Step '{name}' needs {Wording.Time(needed)} for {attempts} attempts of {Wording.Time(attempt)} and the delays between them, but its TotalTimeout is {Wording.Time(total)}: the last attempts may never come.",
                $"Raise {Suite.Setting($"{step}:{nameof(options.TotalTimeout)}")} to {Wording.Time(needed)} or more, or lower AttemptTimeout or Retry:MaxRetryAttempts.");
        }
    }
}
