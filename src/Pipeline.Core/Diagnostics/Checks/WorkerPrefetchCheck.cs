using Pipeline.DependencyInjection;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether a worker holds more messages than it can soon begin, which takes them away from other processes.</summary>
internal sealed class WorkerPrefetchCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.prefetch")
{
    public const int MostForEachHandler = 10;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var workers = Suite.Workers;
        foreach (var (worker, options) in workers)
        {
            var most = options.Concurrency * MostForEachHandler;
            if (options.Prefetch > most)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' holds {options.Prefetch} messages ready for {Wording.Count(options.Concurrency, "handler")}, and no other process can take them.",
                    Suite.Set($"{Sections.Workers}:{worker.Name}:{nameof(QueueWorkerOptions.Prefetch)}", $"{most} or less"));
            }
        }

        return new(findings.ToResult($"{Wording.Count(workers.Count, "worker")}, none with more than {MostForEachHandler} prefetched messages for each handler."));
    }
}
