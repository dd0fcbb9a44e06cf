namespace Pipeline.Diagnostics;

/// <summary>Whether a queue that lives in this process has a worker in it. A process that only enqueues into a shared backend needs none.</summary>
internal sealed class QueueWorkersCheck(SuiteFacts suite) : SuiteCheck(suite, "queue.workers")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var worked = Suite.Workers.Select(static worker => worker.Worker.Queue).ToHashSet(StringComparer.Ordinal);
        var queues = Suite.Queues;
        var idle = queues.Select(static queue => queue.Name).Where(name => !worked.Contains(name)).ToArray();
        return new(Suite.HasInMemoryQueues && idle.Length > 0
            ? DoctorResult.Warning(
                $"{Wording.Count(idle.Length, "queue")} in this process's memory {(idle.Length == 1 ? "has" : "have")} no worker in it: {Wording.Names(idle)}.",
                "Declare a worker with AddWorker or AddStepWorker; or put the queues on a backend that other processes work on, for instance with UseRedis. "
                + $"If the host receives from them by hand, leave the check out (--except {Name}).")
            : DoctorResult.Ok($"{Wording.Count(queues.Count, "queue")}: {Wording.Number(queues.Count - idle.Length)} with a worker here, {Wording.Number(idle.Length)} for other processes."));
    }
}
