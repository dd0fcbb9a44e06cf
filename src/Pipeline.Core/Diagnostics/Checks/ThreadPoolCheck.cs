namespace Pipeline.Diagnostics;

/// <summary>Whether work waits for threads, as it does where steps block theirs.</summary>
internal sealed class ThreadPoolCheck(Func<ProcessFacts> read) : ProcessCheck("process.thread-pool")
{
    public const int QueuedForEachThread = 10;

    // The doctor's own work is in the queue, too.
    public const int LeastQueued = 100;

    protected override DoctorResult Look()
    {
        var facts = read();
        var summary = $"{Wording.Count(facts.QueuedWorkItems, "work item")} wait for {Wording.Count(facts.Threads, "thread")} of the pool.";
        return facts.QueuedWorkItems > Math.Max(LeastQueued, QueuedForEachThread * (long)facts.Threads)
            ? DoctorResult.Warning(
                summary,
                "Find what blocks the threads (dotnet-stack, dotnet-counters) and let it await instead; until then set <ThreadPoolMinThreads> in the project file.")
            : DoctorResult.Ok(summary);
    }
}
