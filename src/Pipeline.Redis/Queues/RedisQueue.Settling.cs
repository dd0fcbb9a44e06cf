using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Pipeline.Queues;

internal sealed partial class RedisQueue
{
    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(completions);
        for (var i = 0; i < completions.Count; i++)
        {
            if (completions[i].FollowUps is { Count: > 0 })
            {
                return RedisFollowUps.CompleteAsync(this, _provider, completions, cancellationToken);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return completions.Count == 1 && !QueueReceiptBytes.IsKeyed(completions[0].Receipt) ? EndOneAsync(completions[0].Receipt) : EndAsync(completions);
    }

    public async ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(receipts);
        QueueArguments.CheckLease(lease);
        cancellationToken.ThrowIfCancellationRequested();
        var reply = await RunAsync(
            RedisQueueScripts.Renew,
            "queue renew",
            [.. Common, lease.Ticks / TimeSpan.TicksPerMicrosecond, .. receipts.Select(static receipt => (RedisValue)QueueReceiptBytes.Write(receipt))]).ConfigureAwait(false);
        return Lost(reply, receipts, static receipt => receipt);
    }

    public async ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckAbandonments(abandonments, Definition);
        cancellationToken.ThrowIfCancellationRequested();
        List<RedisValue> arguments = [.. Common];
        foreach (var abandonment in abandonments)
        {
            arguments.Add(QueueReceiptBytes.Write(abandonment.Receipt));
            arguments.Add(abandonment.Reason switch { AbandonReason.Failed => "f", AbandonReason.Deferred => "d", _ => "r" });
            arguments.Add(abandonment.Delay.Ticks / TimeSpan.TicksPerMicrosecond);
            AppendEnd(arguments, abandonment.Error, abandonment.Checkpoint);
        }

        var reply = await RunAsync(RedisQueueScripts.Abandon, "queue abandon", [.. arguments]).ConfigureAwait(false);
        return Lost(reply, abandonments, static abandonment => abandonment.Receipt);
    }

    public async ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckRejections(rejections, Definition);
        cancellationToken.ThrowIfCancellationRequested();
        List<RedisValue> arguments = [.. Common];
        foreach (var rejection in rejections)
        {
            arguments.Add(QueueReceiptBytes.Write(rejection.Receipt));
            arguments.Add("x");
            arguments.Add((int)rejection.Reason);
            AppendEnd(arguments, rejection.Error, rejection.Checkpoint);
        }

        var reply = await RunAsync(RedisQueueScripts.Abandon, "queue dead letter", [.. arguments]).ConfigureAwait(false);
        return Lost(reply, rejections, static rejection => rejection.Receipt);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<QueueReceipt>> EndOneAsync(QueueReceipt receipt) =>
        await _completing.RunAsync(receipt).ConfigureAwait(false) ? [] : [receipt];

    /// <summary>Ends messages, each by a call of its own. Says which of them were still held.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<bool>> EndSinglesAsync(IReadOnlyList<QueueReceipt> receipts)
    {
        var completions = new QueueCompletion[receipts.Count];
        for (var i = 0; i < completions.Length; i++)
        {
            completions[i] = new QueueCompletion(receipts[i]);
        }

        var lost = await EndAsync(completions).ConfigureAwait(false);
        var ended = new bool[receipts.Count];
        Array.Fill(ended, true);

        // Of a receipt that two callers gave, one has ended the message.
        for (int i = receipts.Count - 1, left = lost.Count; i >= 0 && left > 0; i--)
        {
            if (lost[left - 1] == receipts[i])
            {
                ended[i] = false;
                left--;
            }
        }

        return ended;
    }

    /// <summary>Ends messages that have no follow-ups.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<IReadOnlyList<QueueReceipt>> EndAsync(IReadOnlyList<QueueCompletion> completions)
    {
        const int Fixed = 5;
        var arguments = new RedisValue[Fixed + completions.Count];
        arguments[0] = _channel;
        arguments[1] = _maxDeliveries;
        arguments[2] = _blocks;
        arguments[3] = Definition.Options is { Capacity: not null, WhenFull: QueueFullMode.Wait } ? "1" : "";

        // Those without an ordering key come first; they need no look at what they held.
        var order = OrderByKeyed(completions, out var plain);
        arguments[4] = plain;
        for (var i = 0; i < completions.Count; i++)
        {
            arguments[Fixed + i] = QueueReceiptBytes.Write(completions[order?[i] ?? i].Receipt);
        }

        var reply = await RunAsync(RedisQueueScripts.Complete, "queue complete", arguments).ConfigureAwait(false);
        var lost = (long[])reply!;
        return lost.Length == 0
            ? []
            : [.. lost.Select(index => order?[(int)index - 1] ?? ((int)index - 1)).Order().Select(index => completions[index].Receipt)];
    }

    private static int[]? OrderByKeyed(IReadOnlyList<QueueCompletion> completions, out int plain)
    {
        plain = completions.Count;
        for (var i = 0; i < completions.Count; i++)
        {
            if (QueueReceiptBytes.IsKeyed(completions[i].Receipt))
            {
                plain--;
            }
        }

        return plain == completions.Count || plain == 0
            ? null
            : [.. Enumerable.Range(0, completions.Count).OrderBy(i => QueueReceiptBytes.IsKeyed(completions[i].Receipt))];
    }

    private static void AppendEnd(List<RedisValue> arguments, MessageError? error, MessageCheckpoint? checkpoint)
    {
        arguments.Add(error is null ? RedisValue.EmptyString : QueueAttemptFormat.WriteError(error));
        arguments.Add(checkpoint is null ? RedisValue.EmptyString : QueueAttemptFormat.WriteCheckpoint(checkpoint));
    }
}
