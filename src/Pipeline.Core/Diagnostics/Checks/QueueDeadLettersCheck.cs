using Pipeline.Queues;

namespace Pipeline.Diagnostics;

/// <summary>Whether there are dead letters that nobody has dealt with.</summary>
internal sealed class QueueDeadLettersCheck(SuiteFacts suite) : QueueStatsCheck(suite, "queue.dead-letters")
{
    protected override void Judge(string queue, QueueStats stats, Findings findings)
    {
        if (stats.Dead > 0)
        {
            findings.Warn(
                $"Queue '{queue}' has {Wording.Count(stats.Dead, "dead letter")}.",
                "Browse them for their errors (IDeadLetterQueue.BrowseAsync), mend the cause, and redrive or discard them (RedriveAsync, DiscardAsync).");
        }
    }

    protected override string Summarize(IReadOnlyCollection<QueueStats> stats) => $"No dead letters in {Wording.Count(stats.Count, "queue")}.";
}
