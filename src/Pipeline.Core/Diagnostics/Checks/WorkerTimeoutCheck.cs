using Pipeline.DependencyInjection;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether a handler that hangs is given up, and by the time-out that knows most of what hangs.</summary>
internal sealed class WorkerTimeoutCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.timeout")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var workers = Suite.Workers;
        var inner = InnerTimeouts();
        foreach (var (worker, options) in workers)
        {
            var setting = $"{Sections.Workers}:{worker.Name}:{nameof(QueueWorkerOptions.HandlerTimeout)}";
            var (path, timeout, isBounded) = worker.Handler is { } handler ? inner.GetValueOrDefault(handler) : default;
            if (options.HandlerTimeout is null && timeout is null && !isBounded)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' has no HandlerTimeout{(path is null ? "" : $", nor is there {path}")}: each handler that hangs holds one of its {options.Concurrency} slots for good, and its message.",
                    Suite.Set(setting, "the longest that an attempt may take, for instance 00:05:00"));
            }
            else if (timeout > options.HandlerTimeout)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' gives up after {Wording.Time(options.HandlerTimeout.Value)}, so that {path} ({Wording.Time(timeout.Value)}) never comes to act.",
                    $"Raise {Suite.Setting(setting)} above {Wording.Time(timeout.Value)}, or lower {Suite.Setting(path)}.");
            }
        }

        return new(findings.ToResult($"{Wording.Count(workers.Count, "worker")}, each with a bound for one attempt."));
    }

    private Dictionary<(string Section, string Name), (string Path, TimeSpan? Timeout, bool IsBounded)> InnerTimeouts()
    {
        var timeouts = Suite.Chains.ToDictionary(
            static chain => (Sections.Chains, chain.Name),
            static chain => ($"{Sections.Chains}:{chain.Name}:{nameof(chain.Options.Timeout)}", chain.Options.Timeout, false));
        foreach (var (name, traits, options) in Suite.Steps)
        {
            // The time-outs of attempts and of models bound a call, too, and what a pipeline of the host's does is taken on trust.
            timeouts.Add(
                (Sections.Steps, name),
                ($"{Sections.Steps}:{name}:{nameof(options.TotalTimeout)}", options.TotalTimeout, traits.HasOwnPipeline || options.AttemptTimeout is not null || options.ModelTimeouts.Count > 0));
        }

        return timeouts;
    }
}
