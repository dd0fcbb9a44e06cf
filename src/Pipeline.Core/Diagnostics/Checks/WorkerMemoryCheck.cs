using Pipeline.DependencyInjection;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether the messages that the workers may hold at once fit the process's memory, were all as long as they may be.</summary>
internal sealed class WorkerMemoryCheck(SuiteFacts suite) : SuiteCheck(suite, "worker.memory")
{
    public const double WarningPart = 0.25;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var bodies = Suite.Queues.ToDictionary(static queue => queue.Name, static queue => queue.Options.MaxBodyBytes, StringComparer.Ordinal);
        var workers = Suite.Workers
            .Select(worker => (worker.Worker.Name, Bytes: (long)bodies.GetValueOrDefault(worker.Worker.Queue) * (worker.Options.Concurrency + worker.Options.Prefetch)))
            .ToArray();
        var held = workers.Sum(static worker => worker.Bytes);
        var available = Suite.Process.AvailableMemoryBytes;
        var summary = $"{Wording.Count(workers.Length, "worker")} may hold messages of {Wording.Bytes(held)} at once; the process may use {Wording.Bytes(available)}.";
        if (held <= available * WarningPart)
        {
            return new(DoctorResult.Ok(summary));
        }

        var greatest = workers.MaxBy(static worker => worker.Bytes).Name;
        var setting = $"{Sections.Workers}:{greatest}";
        var mend = $"Lower {Suite.Setting($"{setting}:{nameof(QueueWorkerOptions.Concurrency)}")} and {nameof(QueueWorkerOptions.Prefetch)}, or MaxBodyBytes of its queue, "
            + $"until the product is below {Wording.Percent(WarningPart)} of the memory; or give the process more of it.";
        return new(held > available ? DoctorResult.Error(summary, mend) : DoctorResult.Warning(summary, mend));
    }
}
