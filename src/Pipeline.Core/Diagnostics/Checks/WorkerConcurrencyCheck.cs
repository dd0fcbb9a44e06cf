using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Whether a worker asks more of its step at the same time than the step lets through.</summary>
internal sealed class WorkerConcurrencyCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.concurrency")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var workers = Suite.Workers;
        var steps = Suite.Steps.ToDictionary(static step => step.Name, static step => step.Options, StringComparer.Ordinal);
        foreach (var (worker, options) in workers)
        {
            if (worker.Handler is not (Sections.Steps, { } name) || steps.GetValueOrDefault(name) is not { MaxConcurrency: { } most } step || options.Concurrency <= most)
            {
                continue;
            }

            var summary = $"Worker '{worker.Name}' runs {options.Concurrency} handlers, but step '{name}' lets {most} calls through at a time";
            var mend = Suite.Set($"{Sections.Workers}:{worker.Name}:{nameof(options.Concurrency)}", $"{most} or less");
            if (options.Concurrency > (long)most + step.MaxQueued)
            {
                findings.Fail($"{summary} and {step.MaxQueued} wait: the others are refused, and each refusal is charged to its message as a failure.", mend);
            }
            else
            {
                findings.Warn($"{summary}: the others wait with their messages leased.", mend);
            }
        }

        return new(findings.ToResult($"{Wording.Count(workers.Count, "worker")}, none with more handlers than its step lets through."));
    }
}
