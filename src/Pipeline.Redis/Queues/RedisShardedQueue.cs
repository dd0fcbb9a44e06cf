using System.Text;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>
/// A queue that is larger than a node: several queues of their own, over which messages are spread by ordering key, else by deduplication key, else by id.
/// What belongs to one key stays together; a call that concerns several shards is one act on each of them. Thread safe.
/// </summary>
internal sealed class RedisShardedQueue : IQueue
{
    private readonly RedisQueue[] _shards;
    private int _turn;

    public RedisShardedQueue(QueueDefinition definition, RedisQueue[] shards)
    {
        _shards = shards;
        Definition = definition;
        DeadLetters = new RedisShardedDeadLetterQueue([.. shards.Select(static shard => shard.DeadLetters)]);
    }

    public QueueDefinition Definition { get; }

    public IDeadLetterQueue DeadLetters { get; }

    /// <summary>The shard of a message.</summary>
    public RedisQueue ShardOf(QueueMessage message)
    {
        var name = message.OrderingKey is { } ordering ? $"{message.Tenant}\0{ordering}"
            : message.DeduplicationKey is { } deduplication ? $"{message.Tenant}\0{deduplication}"
            : null;
        var hash = Crc32C.Start();
        hash.Append(name is null ? message.Id.ToByteArray() : Encoding.UTF8.GetBytes(name));
        return _shards[hash.Value % (uint)_shards.Length];
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckMessages(messages, Definition);
        var results = new EnqueueResult[messages.Count];
        await Task.WhenAll(Enumerable.Range(0, messages.Count).GroupBy(index => ShardOf(messages[index])).Select(async group =>
        {
            int[] indexes = [.. group];
            var added = await group.Key.EnqueueAsync([.. indexes.Select(index => messages[index])], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < indexes.Length; i++)
            {
                results[indexes[i]] = added[i];
            }
        })).ConfigureAwait(false);
        return results;
    }

    public async ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckReceive(maxMessages, lease, wait);
        cancellationToken.ThrowIfCancellationRequested();
        var messages = await TakeAsync(maxMessages, lease, cancellationToken).ConfigureAwait(false);
        if (messages.Count > 0 || wait == TimeSpan.Zero)
        {
            return messages;
        }

        // The shards wait side by side; who has something first ends the wait of the others, and what they got all the same is given back.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = _shards.Select(shard => shard.ReceiveAsync(maxMessages, lease, wait, enough.Token).AsTask()).ToList();
        try
        {
            return await FirstAsync(waiting).ConfigureAwait(false);
        }
        finally
        {
            await enough.CancelAsync().ConfigureAwait(false);
            await ReturnAsync(waiting).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(completions);
        return ActAsync(completions, static completion => completion.Receipt, (shard, some) => shard.CompleteAsync(some, cancellationToken));
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(receipts);
        return ActAsync(receipts, static receipt => receipt, (shard, some) => shard.RenewAsync(some, lease, cancellationToken));
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckAbandonments(abandonments, Definition);
        return ActAsync(abandonments, static abandonment => abandonment.Receipt, (shard, some) => shard.AbandonAsync(some, cancellationToken));
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckRejections(rejections, Definition);
        return ActAsync(rejections, static rejection => rejection.Receipt, (shard, some) => shard.DeadLetterAsync(some, cancellationToken));
    }

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        var stats = await Task.WhenAll(_shards.Select(shard => shard.GetStatsAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        return stats.Aggregate(static (sum, one) => new QueueStats
        {
            Ready = sum.Ready + one.Ready,
            Blocked = sum.Blocked + one.Blocked,
            Leased = sum.Leased + one.Leased,
            Delayed = sum.Delayed + one.Delayed,
            Dead = sum.Dead + one.Dead,
            OldestAge = sum.OldestAge > one.OldestAge ? sum.OldestAge : one.OldestAge,
            TotalEnqueued = sum.TotalEnqueued + one.TotalEnqueued,
            TotalCompleted = sum.TotalCompleted + one.TotalCompleted,
            TotalFailures = sum.TotalFailures + one.TotalFailures,
            TotalCrashes = sum.TotalCrashes + one.TotalCrashes,
            TotalDeadLettered = sum.TotalDeadLettered + one.TotalDeadLettered,
        });
    }

    /// <summary>Asks one shard after the other, each receive beginning with another one, until one has something.</summary>
    private async ValueTask<IReadOnlyList<ReceivedMessage>> TakeAsync(int maxMessages, TimeSpan lease, CancellationToken cancellationToken)
    {
        var first = (uint)Interlocked.Increment(ref _turn);
        for (uint i = 0; i < _shards.Length; i++)
        {
            var messages = await _shards[(first + i) % (uint)_shards.Length].ReceiveAsync(maxMessages, lease, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            if (messages.Count > 0)
            {
                return messages;
            }
        }

        return [];
    }

    private static async Task<IReadOnlyList<ReceivedMessage>> FirstAsync(List<Task<IReadOnlyList<ReceivedMessage>>> waiting)
    {
        while (waiting.Count > 0)
        {
            var ended = await Task.WhenAny(waiting).ConfigureAwait(false);
            waiting.Remove(ended);
            if (await ended.ConfigureAwait(false) is { Count: > 0 } messages)
            {
                return messages;
            }
        }

        return [];
    }

    private async Task ReturnAsync(List<Task<IReadOnlyList<ReceivedMessage>>> waiting)
    {
        foreach (var call in waiting)
        {
            await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (call is { IsCompletedSuccessfully: true } && await call.ConfigureAwait(false) is { Count: > 0 } messages)
            {
                // From the last to the first, so that they stand at the head in their order.
                await AbandonAsync([.. messages.Reverse().Select(static message => QueueAbandonment.Returned(message.Receipt))]).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<IReadOnlyList<QueueReceipt>> ActAsync<T>(
        IReadOnlyList<T> items, Func<T, QueueReceipt> receiptOf, Func<RedisQueue, IReadOnlyList<T>, ValueTask<IReadOnlyList<QueueReceipt>>> act)
    {
        var lost = await Task.WhenAll(items
            .GroupBy(item => QueueReceiptBytes.ShardOf(receiptOf(item)) % _shards.Length)
            .Select(group => act(_shards[group.Key], [.. group]).AsTask())).ConfigureAwait(false);
        return [.. lost.SelectMany(static some => some)];
    }
}
