namespace Pipeline.Diagnostics;

/// <summary>Whether messages outlive the process.</summary>
internal sealed class QueueDurabilityCheck(SuiteFacts suite) : SuiteCheck(suite, "queue.durability")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var count = Wording.Count(Suite.Queues.Count, "queue");
        return new(Suite switch
        {
            { Queues.Count: 0 } => DoctorResult.Ok("No queue is declared."),
            { HasInMemoryQueues: false } => DoctorResult.Ok($"{count} on a backend of its own."),
            { IsDevelopment: true } => DoctorResult.Ok($"{count} in memory, which will do for development."),
            _ => DoctorResult.Warning(
                $"{count} in this process's memory: its end, planned or not, loses every message that is not completed.",
                "Name a backend for the queues, for instance with UseRedis or UsePostgres on the builder. "
                + $"If the messages may be lost, leave the check out (--except {Name})."),
        });
    }
}
