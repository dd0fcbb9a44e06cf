using Pipeline.Queues;

namespace Pipeline.Admin;

/// <summary>A queue, as its backend knows it.</summary>
internal sealed record QueueView(
    string Name,
    long Depth,
    long Ready,
    long Blocked,
    long Leased,
    long Delayed,
    long Dead,
    double OldestAgeSeconds,
    long TotalEnqueued,
    long TotalCompleted,
    long TotalFailures,
    long TotalCrashes,
    long TotalDeadLettered)
{
    public static async Task<QueueView> ReadAsync(IQueue queue, CancellationToken cancellationToken)
    {
        var stats = await queue.GetStatsAsync(cancellationToken).ConfigureAwait(false);
        return new QueueView(
            queue.Definition.Name,
            stats.Depth,
            stats.Ready,
            stats.Blocked,
            stats.Leased,
            stats.Delayed,
            stats.Dead,
            Math.Round(stats.OldestAge.TotalSeconds, 3),
            stats.TotalEnqueued,
            stats.TotalCompleted,
            stats.TotalFailures,
            stats.TotalCrashes,
            stats.TotalDeadLettered);
    }
}
