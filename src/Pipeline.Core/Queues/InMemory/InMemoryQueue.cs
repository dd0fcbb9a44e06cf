namespace Pipeline.Queues;

/// <summary>
/// A queue in the process's memory. Each call is one turn of a state machine under one lock; calls that have to wait are served by
/// the call (or the one timer) that brings what they wait for, so nothing is ever polled.
/// </summary>
internal sealed class InMemoryQueue : IQueue, IDisposable
{
    private readonly InMemoryQueueProvider _provider;
    private readonly InMemoryQueueState _state;
    private readonly QueueClock _clock;
    private readonly WaitingCalls _waiting;
    private bool _disposed;

    public InMemoryQueue(InMemoryQueueProvider provider, QueueDefinition definition, QueueClock clock, int ordinal)
    {
        _provider = provider;
        _clock = clock;
        _state = new InMemoryQueueState(definition);
        _waiting = new WaitingCalls(_state, clock, Tick);
        Definition = definition;
        Ordinal = ordinal;
        DeadLetters = new InMemoryDeadLetterQueue(this, _state);
    }

    public QueueDefinition Definition { get; }

    public IDeadLetterQueue DeadLetters { get; }

    /// <summary>The place of this queue's lock in the order in which several are taken.</summary>
    public int Ordinal { get; }

    public Lock Gate { get; } = new();

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckMessages(messages, Definition);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<EnqueueResult>>(cancellationToken);
        }

        EnqueueWaiter waiter;
        lock (Gate)
        {
            var moment = Begin();
            if (!_waiting.HasProducers && _state.HasRoomFor(messages))
            {
                var results = _state.AddAll(messages, moment);
                Settle(moment);
                return ValueTask.FromResult(results);
            }

            if (Definition.Options.WhenFull == QueueFullMode.Refuse)
            {
                Settle(moment);
                return ValueTask.FromException<IReadOnlyList<EnqueueResult>>(
                    new QueueFullException(Definition.Name, Definition.Options.Capacity!.Value));
            }

            waiter = new EnqueueWaiter(messages);
            _waiting.Add(waiter);
            Settle(moment);
        }

        return WaitAsync(waiter, () => _waiting.Remove(waiter), cancellationToken);
    }

    public ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckReceive(maxMessages, lease, wait);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<ReceivedMessage>>(cancellationToken);
        }

        ReceiveWaiter waiter;
        lock (Gate)
        {
            var moment = Begin();
            if (_state.ReadyCount > 0 || wait == TimeSpan.Zero)
            {
                var messages = _state.TakeUpTo(maxMessages, lease, moment.Now);
                Settle(moment);
                return ValueTask.FromResult<IReadOnlyList<ReceivedMessage>>(messages);
            }

            var deadline = wait == Timeout.InfiniteTimeSpan ? long.MaxValue : SaturatingAdd(moment.Now, wait.Ticks);
            waiter = new ReceiveWaiter(maxMessages, lease, deadline);
            _waiting.Add(waiter);
            Settle(moment);
        }

        return WaitAsync(waiter, () => _waiting.Remove(waiter), cancellationToken);
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(completions);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<QueueReceipt>>(cancellationToken);
        }

        for (var i = 0; i < completions.Count; i++)
        {
            if (completions[i].FollowUps is { Count: > 0 })
            {
                return ValueTask.FromResult(CompletionWithFollowUps.Run(_provider, this, completions));
            }
        }

        return Act(completions, static (state, completion, moment) => state.TryComplete(completion.Receipt, moment.Now), static c => c.Receipt, cancellationToken);
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(receipts);
        QueueArguments.CheckLease(lease);
        return Act(receipts, (state, receipt, moment) => state.TryRenew(receipt, lease, moment.Now), static r => r, cancellationToken);
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckAbandonments(abandonments, Definition);
        return Act(abandonments, static (state, abandonment, moment) => state.TryAbandon(abandonment, moment), static a => a.Receipt, cancellationToken);
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckRejections(rejections, Definition);
        return Act(rejections, static (state, rejection, moment) => state.TryReject(rejection, moment), static r => r.Receipt, cancellationToken);
    }

    public ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<QueueStats>(cancellationToken);
        }

        lock (Gate)
        {
            var moment = Begin();
            var stats = _state.GetStats(moment.Now);
            Settle(moment);
            return ValueTask.FromResult(stats);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            _disposed = true;
            _waiting.Dispose();
        }
    }

    /// <summary>Begins a turn: takes the time, and does what it has brought. The caller holds <see cref="Gate"/>.</summary>
    public QueueMoment Begin()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var moment = new QueueMoment(_clock.Now, _clock.UtcNow);
        _state.Sweep(moment);
        return moment;
    }

    public bool TryComplete(QueueReceipt receipt, in QueueMoment moment) => _state.TryComplete(receipt, moment.Now);

    public void Add(QueueMessage message, in QueueMoment moment) => _state.Add(message, moment);

    /// <summary>Ends a turn: serves the calls that wait for what the turn has brought. The caller holds <see cref="Gate"/>.</summary>
    public void Settle(in QueueMoment moment) => _waiting.Serve(moment);

    private static long SaturatingAdd(long now, long span) => span > long.MaxValue - now ? long.MaxValue : now + span;

    private ValueTask<IReadOnlyList<QueueReceipt>> Act<TAct>(
        IReadOnlyList<TAct> acts,
        Func<InMemoryQueueState, TAct, QueueMoment, bool> tryAct,
        Func<TAct, QueueReceipt> receiptOf,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<QueueReceipt>>(cancellationToken);
        }

        List<QueueReceipt>? lost = null;
        lock (Gate)
        {
            var moment = Begin();
            for (var i = 0; i < acts.Count; i++)
            {
                if (!tryAct(_state, acts[i], moment))
                {
                    (lost ??= []).Add(receiptOf(acts[i]));
                }
            }

            Settle(moment);
        }

        return ValueTask.FromResult<IReadOnlyList<QueueReceipt>>(lost ?? (IReadOnlyList<QueueReceipt>)[]);
    }

    private async ValueTask<T> WaitAsync<T>(Waiter<T> waiter, Func<bool> leave, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                lock (Gate)
                {
                    // Whoever takes a waiter out of its line decides how it ends: a call that was served is not cancelled any more.
                    if (leave())
                    {
                        waiter.TrySetCanceled(cancellationToken);
                        Settle(Begin());
                    }
                }
            },
            state: null);
        return await waiter.Task.ConfigureAwait(false);
    }

    private void Tick()
    {
        lock (Gate)
        {
            if (!_disposed)
            {
                _waiting.Disarm();
                Settle(Begin());
            }
        }
    }
}
