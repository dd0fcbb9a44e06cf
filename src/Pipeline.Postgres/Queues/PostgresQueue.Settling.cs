using Pipeline.Backends;

namespace Pipeline.Queues;

internal sealed partial class PostgresQueue
{
    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(completions);
        cancellationToken.ThrowIfCancellationRequested();
        for (var i = 0; i < completions.Count; i++)
        {
            if (completions[i].FollowUps is { Count: > 0 })
            {
                return EndWithAsync(completions);
            }
        }

        return completions.Count == 1 && !PostgresReceipt.Of(completions[0].Receipt).IsKeyed ? EndOneAsync(completions[0].Receipt) : EndAsync(completions);
    }

    public async ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(receipts);
        QueueArguments.CheckLease(lease);
        cancellationToken.ThrowIfCancellationRequested();
        var lost = await CallAsync(
            "queue renew",
            "renew",
            (Owner: this, Receipts: PostgresReceipts.Of(receipts, static receipt => receipt), Lease: lease.Ticks / TimeSpan.TicksPerMicrosecond),
            static (parameters, call) =>
            {
                call.Receipts.Bind(parameters.Int(call.Owner._id));
                parameters.Long(call.Lease);
            },
            ReadIndexesAsync).ConfigureAwait(false);
        return [.. lost.Select(index => receipts[index - 1])];
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckAbandonments(abandonments, Definition);
        cancellationToken.ThrowIfCancellationRequested();
        return GiveUpAsync("queue abandon", abandonments, static abandonment => abandonment.Receipt, static abandonment => new Ending(
            abandonment.Reason switch { AbandonReason.Failed => "f", AbandonReason.Deferred => "d", _ => "r" },
            abandonment.Delay.Ticks / TimeSpan.TicksPerMicrosecond,
            abandonment.Error,
            abandonment.Checkpoint));
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckRejections(rejections, Definition);
        cancellationToken.ThrowIfCancellationRequested();
        return GiveUpAsync(
            "queue dead letter",
            rejections,
            static rejection => rejection.Receipt,
            static rejection => new Ending("x", (int)rejection.Reason, rejection.Error, rejection.Checkpoint));
    }

    private async ValueTask<IReadOnlyList<QueueReceipt>> GiveUpAsync<T>(
        string operation, IReadOnlyList<T> items, Func<T, QueueReceipt> receiptOf, Func<T, Ending> endingOf)
    {
        var receipts = PostgresReceipts.Of(items, receiptOf);
        Ending[] endings = [.. items.Select(endingOf)];
        var lost = await CallAsync(
            operation,
            "abandon",
            (Owner: this, receipts, endings, Finished: _open.TakeFinished()),
            static (parameters, call) =>
            {
                call.receipts.Bind(parameters.Int(call.Owner._id));
                parameters
                    .Texts([.. call.endings.Select(static one => one.Kind)])
                    .Longs([.. call.endings.Select(static one => one.Number)])
                    .ManyBytes([.. call.endings.Select(static one => one.Error is null ? null : QueueAttemptFormat.WriteError(one.Error))])
                    .ManyBytes([.. call.endings.Select(static one => one.Checkpoint is null ? null : QueueAttemptFormat.WriteCheckpoint(one.Checkpoint))])
                    .Int(call.Owner.MaxDeliveries).Bool(call.Owner.Blocks).Longs(call.Finished);
            },
            ReadIndexesAsync).ConfigureAwait(false);
        _pace.ForgetFloor();
        Note(receipts, lost);
        TellOfMessages();
        TellOfRoom();
        return [.. lost.Select(index => receiptOf(items[index - 1]))];
    }

    private async ValueTask<IReadOnlyList<QueueReceipt>> EndOneAsync(QueueReceipt receipt) =>
        await _completing.RunAsync(receipt).ConfigureAwait(false) ? [] : [receipt];

    /// <summary>Ends messages, each by a call of its own. Says which of them were still held.</summary>
    private async ValueTask<IReadOnlyList<bool>> EndSinglesAsync(IReadOnlyList<QueueReceipt> receipts)
    {
        var lost = await SendEndAsync(PostgresReceipts.Of(receipts, static receipt => receipt)).ConfigureAwait(false);
        var ended = new bool[receipts.Count];
        Array.Fill(ended, true);
        Array.ForEach(lost, index => ended[index - 1] = false);
        return ended;
    }

    /// <summary>Ends messages that have no follow-ups.</summary>
    private async ValueTask<IReadOnlyList<QueueReceipt>> EndAsync(IReadOnlyList<QueueCompletion> completions)
    {
        var lost = await SendEndAsync(PostgresReceipts.Of(completions, static completion => completion.Receipt)).ConfigureAwait(false);
        return lost.Length == 0 ? [] : [.. lost.Select(index => completions[index - 1].Receipt)];
    }

    private async ValueTask<int[]> SendEndAsync(PostgresReceipts receipts)
    {
        var lost = await CallAsync(
            "queue complete",
            "complete",
            (Owner: this, receipts, Finished: _open.TakeFinished()),
            static (parameters, call) =>
            {
                call.receipts.Bind(parameters.Int(call.Owner._id));
                parameters.Bool(call.receipts.IsKeyed).Longs(call.Finished);
            },
            ReadIndexesAsync).ConfigureAwait(false);
        NoteEnd(receipts, lost);
        return lost;
    }

    /// <summary>Ends messages together with what follows from them.</summary>
    private async ValueTask<IReadOnlyList<QueueReceipt>> EndWithAsync(IReadOnlyList<QueueCompletion> completions)
    {
        var followUps = await FollowUpColumns.MakeAsync(_provider, completions).ConfigureAwait(false);
        var receipts = PostgresReceipts.Of(completions, static completion => completion.Receipt);
        var lost = await CallAsync(
            "queue complete", "complete-with", new CompletionCall(_id, receipts, _open.TakeFinished(), followUps), static (parameters, call) => call.Bind(parameters), ReadIndexesAsync).ConfigureAwait(false);
        NoteEnd(receipts, lost);
        followUps.Tell();
        return [.. lost.Select(index => completions[index - 1].Receipt)];
    }

    private void NoteEnd(PostgresReceipts receipts, int[] lost)
    {
        Note(receipts, lost);
        TellOfRoom();
        if (receipts.IsKeyed)
        {
            TellOfMessages();
        }
    }

    private void Note(PostgresReceipts receipts, int[] lost)
    {
        _provider.Vacuum.Note(receipts.Tokens.Count);
        if (lost.Length == 0)
        {
            _open.End(receipts.Tokens);
        }
        else
        {
            _open.Forget(receipts.Tokens);
        }
    }

    private void TellOfRoom()
    {
        if (ProducersWait)
        {
            _provider.Signals.Tell(_id, isRoom: true);
        }
    }

    private sealed record Ending(string Kind, long Number, MessageError? Error, MessageCheckpoint? Checkpoint);
}
