using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>Watches how far the queues are.</summary>
internal sealed class CrashProgress(IReadOnlyList<IQueue> queues)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private long _ended;

    /// <summary>How many messages of the first queue have been completed or are dead.</summary>
    public long Ended => Volatile.Read(ref _ended);

    /// <summary>Looks again and again.</summary>
    /// <param name="wholeRun">What has to be done before the queues can be empty for good.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when <paramref name="wholeRun"/> has, and nothing is in the queues any more.</returns>
    /// <exception cref="TimeoutException">Nothing has moved for a minute.</exception>
    public async Task WatchAsync(Task wholeRun, CancellationToken cancellationToken)
    {
        var (seen, moved) = ("", TimeProvider.System.GetTimestamp());
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isWhole = wholeRun.IsCompleted;
            if (await LookAsync() is { } stats)
            {
                if (isWhole && stats.All(one => one.Depth == 0))
                {
                    return;
                }

                var now = string.Join("; ", stats);
                moved = string.Equals(now, seen, StringComparison.Ordinal) ? moved : TimeProvider.System.GetTimestamp();
                seen = now;
            }

            if (TimeProvider.System.GetElapsedTime(moved) > Patience)
            {
                throw new TimeoutException($"Nothing has moved for {Patience}: {seen}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Asks the queues, the one that feeds the other first.</summary>
    /// <returns>Their figures; null while the backend is away.</returns>
    private async Task<IReadOnlyList<QueueStats>?> LookAsync()
    {
        try
        {
            var stats = new List<QueueStats>();
            foreach (var queue in queues)
            {
                stats.Add(await queue.GetStatsAsync());
            }

            Volatile.Write(ref _ended, stats[0].TotalCompleted + stats[0].TotalDeadLettered);
            return stats;
        }
        catch (BackendUnavailableException)
        {
            return null;
        }
    }
}
