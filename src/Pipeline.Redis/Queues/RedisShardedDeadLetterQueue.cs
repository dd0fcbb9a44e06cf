using System.Globalization;

namespace Pipeline.Queues;

/// <summary>The dead letters of a sharded queue: shard by shard, oldest first in each. Thread safe.</summary>
internal sealed class RedisShardedDeadLetterQueue(IDeadLetterQueue[] shards) : IDeadLetterQueue
{
    private const char Separator = '/';

    public async ValueTask<DeadLetterPage> BrowseAsync(
        DeadLetterFilter filter, int maxCount = 100, string? continuation = null, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckPage(maxCount);
        var (shard, place) = Parse(continuation);
        var letters = new List<DeadLetter>();
        while (true)
        {
            var page = await shards[shard].BrowseAsync(filter, maxCount - letters.Count, place, cancellationToken).ConfigureAwait(false);
            letters.AddRange(page.Items);
            place = page.Continuation;
            shard += place is null ? 1 : 0;
            if (shard == shards.Length || letters.Count == maxCount)
            {
                return new DeadLetterPage(letters, shard == shards.Length ? null : $"{shard}{Separator}{place}");
            }
        }
    }

    public async ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken = default) =>
        (await Task.WhenAll(shards.Select(shard => shard.CountAsync(filter, cancellationToken).AsTask())).ConfigureAwait(false)).Sum();

    public ValueTask<long> RedriveAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        ActAsync(maxCount, (shard, left) => shard.RedriveAsync(filter, left, cancellationToken));

    public ValueTask<long> DiscardAsync(DeadLetterFilter filter, long maxCount = long.MaxValue, CancellationToken cancellationToken = default) =>
        ActAsync(maxCount, (shard, left) => shard.DiscardAsync(filter, left, cancellationToken));

    private async ValueTask<long> ActAsync(long maxCount, Func<IDeadLetterQueue, long, ValueTask<long>> act)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        long acted = 0;
        foreach (var shard in shards)
        {
            if (acted < maxCount)
            {
                acted += await act(shard, maxCount - acted).ConfigureAwait(false);
            }
        }

        return acted;
    }

    private (int Shard, string? Place) Parse(string? continuation)
    {
        if (continuation is null)
        {
            return (0, null);
        }

        var end = continuation.IndexOf(Separator, StringComparison.Ordinal);
        return end > 0 && int.TryParse(continuation.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var shard) && shard < shards.Length
            ? (shard, end + 1 == continuation.Length ? null : continuation[(end + 1)..])
            : throw new ArgumentException("The continuation is not one that this queue gave. Pass that of the page before, or null.", nameof(continuation));
    }
}
