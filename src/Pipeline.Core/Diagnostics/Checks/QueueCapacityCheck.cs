using Pipeline.DependencyInjection;
using Pipeline.Queues;

namespace Pipeline.Diagnostics;

/// <summary>Whether queues in memory are bounded, so that producers who are faster than the workers cannot use up the process's memory.</summary>
internal sealed class QueueCapacityCheck(SuiteFacts suite) : SuiteCheck(suite, "queue.capacity")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var queues = Suite.Queues;
        var unbounded = queues.Where(static queue => queue.Options.Capacity is null).Select(static queue => queue.Name).ToArray();
        return new(Suite is { HasInMemoryQueues: true, IsDevelopment: false } && unbounded.Length > 0
            ? DoctorResult.Warning(
                $"{Wording.Count(unbounded.Length, "queue")} in this process's memory without a Capacity: {Wording.Names(unbounded)}. A backlog grows until the memory is used up.",
                Suite.SetAbout($"{Sections.Queues}:{unbounded[0]}:{nameof(QueueOptions.Capacity)}", "100000") + (unbounded.Length == 1 ? "" : " The same for the others."))
            : DoctorResult.Ok($"{Wording.Count(queues.Count, "queue")}, of which {Wording.Number(queues.Count - unbounded.Length)} with a Capacity."));
    }
}
