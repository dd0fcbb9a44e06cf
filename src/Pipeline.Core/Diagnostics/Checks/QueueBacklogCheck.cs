using Pipeline.Queues;

namespace Pipeline.Diagnostics;

/// <summary>Whether messages wait longer than anybody would wait for them.</summary>
internal sealed class QueueBacklogCheck(SuiteFacts suite) : QueueStatsCheck(suite, "queue.backlog")
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(15);

    protected override void Judge(string queue, QueueStats stats, Findings findings)
    {
        if (stats.OldestAge > Long)
        {
            findings.Warn(
                $"Queue '{queue}' has {Wording.Count(stats.Ready, "ready message")}, the oldest for {Wording.Time(stats.OldestAge)}.",
                $"See that the workers of '{queue}' run, and raise their Concurrency or their number.");
        }
    }

    protected override string Summarize(IReadOnlyCollection<QueueStats> stats) =>
        $"{Wording.Count(stats.Sum(static queue => queue.Ready), "ready message")} in {Wording.Count(stats.Count, "queue")}, none for longer than {Wording.Time(Long)}.";
}
