using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether the retries of a worker, its queue and its step fit together.</summary>
internal sealed class WorkerRetriesCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.retries")
{
    public const int Many = 50;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var workers = Suite.Workers;
        var queues = Suite.Queues.ToDictionary(static queue => queue.Name, static queue => queue.Options.MaxDeliveries, StringComparer.Ordinal);
        var steps = Suite.Steps.ToDictionary(static step => step.Name, static step => step.Options, StringComparer.Ordinal);
        foreach (var (worker, options) in workers)
        {
            var deliveries = queues.GetValueOrDefault(worker.Queue, 1);
            if (options.RetrySchedule.Count > 0 && options.RetrySchedule.Count >= deliveries)
            {
                findings.Warn(
                    $"Worker '{worker.Name}' has {Wording.Count(options.RetrySchedule.Count, "retry delay")}, but queue '{worker.Queue}' delivers a message {Wording.Count(deliveries, "time")}: the last are never used.",
                    $"Set {Suite.Setting($"{Sections.Queues}:{worker.Queue}:{nameof(QueueOptions.MaxDeliveries)}")} to {options.RetrySchedule.Count + 1}, "
                    + $"or shorten {Suite.Setting($"{Sections.Workers}:{worker.Name}:{nameof(QueueWorkerOptions.RetrySchedule)}")}.");
            }

            if (worker.Handler is (Sections.Steps, { } name) && steps.GetValueOrDefault(name)?.Retry is { } retry && deliveries * (retry.MaxRetryAttempts + 1) > Many)
            {
                findings.Warn(
                    $"A message of queue '{worker.Queue}' that keeps failing runs step '{name}' {deliveries * (retry.MaxRetryAttempts + 1)} times: {deliveries} deliveries of {retry.MaxRetryAttempts + 1} attempts.",
                    Suite.Set($"{Sections.Steps}:{name}:Retry:{nameof(retry.MaxRetryAttempts)}", "1, since the queue repeats as well"));
            }
        }

        return new(findings.ToResult($"{Wording.Count(workers.Count, "worker")}, none with more than {Many} attempts at a message or with delays that are never used."));
    }
}
