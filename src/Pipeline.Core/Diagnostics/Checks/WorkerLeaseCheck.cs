using Pipeline.DependencyInjection;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether a lease survives a slow renewal, and whether a crash holds messages back for too long.</summary>
internal sealed class WorkerLeaseCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.lease")
{
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(15);

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var workers = Suite.Workers;
        foreach (var (worker, options) in workers)
        {
            var setting = $"{Sections.Workers}:{worker.Name}:{nameof(QueueWorkerOptions.Lease)}";
            if (options.Lease < Short)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' has a Lease of {Wording.Time(options.Lease)}: one slow call or pause loses it, and the message is handled twice at the same time.",
                    Suite.Set(setting, "00:00:30"));
            }
            else if (options.Lease > Long)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' has a Lease of {Wording.Time(options.Lease)}: what a process held that is killed waits so long. A lease is renewed while its handler runs, and need not be as long as a handler takes.",
                    Suite.Set(setting, "00:00:30"));
            }
        }

        return new(findings.ToResult($"{Wording.Count(workers.Count, "worker")} with leases of {Wording.Time(Short)} to {Wording.Time(Long)}."));
    }
}
