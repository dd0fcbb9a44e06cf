using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.History;

internal sealed partial class HistoryWorkload
{
    private async Task ConsumeAsync(int number, int mostSteps)
    {
        var random = new SeededRandom((ulong)number);
        var name = $"consumer {number}";
        for (var step = 0; ;)
        {
            var queue = ProcessOf(number).GetQueue(random.Chance(80) ? work : next);
            if (await WorkAsync(queue, name, random) > 0)
            {
                continue;
            }

            if (await IsOverAsync())
            {
                return;
            }

            // Time moves where nobody works, so that what waits for it comes. While somebody still produces, nobody can say how often.
            if (Volatile.Read(ref _working) == 0)
            {
                step += Volatile.Read(ref _producing) == 0 ? 1 : 0;
                Ensure.That(step <= mostSteps, "The queues did not become empty.");
                await store.AdvanceAsync(store.Tick);
            }

            await Task.Yield();
        }
    }

    private async Task<int> WorkAsync(IQueue queue, string name, SeededRandom random)
    {
        Interlocked.Increment(ref _working);
        try
        {
            var received = await ReceiveAsync(queue, name, random.Between(1, 4));
            foreach (var (message, leaseOver) in received)
            {
                await HandleAsync(queue, name, message, leaseOver, random);
            }

            return received.Count;
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }

    private async Task<bool> IsOverAsync()
    {
        if (Volatile.Read(ref _producing) > 0)
        {
            return false;
        }

        // The first queue feeds the second, so it is asked first.
        return (await processes[0].GetQueue(work).GetStatsAsync()).Depth == 0
            && (await processes[0].GetQueue(next).GetStatsAsync()).Depth == 0;
    }

    private async Task<IReadOnlyList<(ReceivedMessage Message, DateTimeOffset LeaseOver)>> ReceiveAsync(IQueue queue, string name, int most)
    {
        var began = Log.Begin();
        var from = await store.GetServerTimeAsync();
        var received = await queue.ReceiveAsync(most, Lease, TimeSpan.Zero);
        foreach (var one in received)
        {
            Log.Add(HistoryEventKind.Received, name, began, one.Message.Id, one.Receipt.AttemptToken);
        }

        // The lease began after this time, so before this it cannot be over.
        return [.. received.Select(one => (one, from + Lease))];
    }

    private async Task HandleAsync(IQueue queue, string name, ReceivedMessage message, DateTimeOffset leaseOver, SeededRandom random)
    {
        // Now and then time moves under the consumers' hands.
        if (random.Chance(2))
        {
            await store.AdvanceAsync(store.Tick * random.Between(1, 3));
        }

        if (random.Chance(10))
        {
            await TryLostReceiptAsync(name);
        }

        var receipt = message.Receipt;
        switch (random.Next(100))
        {
            case < 8:
                Log.Add(HistoryEventKind.LeaseRanOut, name, Log.Begin(), receipt.MessageId, receipt.AttemptToken);
                _lost.Enqueue((queue.Definition.Name, receipt, await store.GetServerTimeAsync() + Lease + store.ClockTolerance));
                break;
            case < 32:
                await AbandonAsync(queue, name, receipt, leaseOver, random);
                break;
            case < 35:
                var rejection = new QueueRejection(receipt, DeadLetterReason.Unprocessable, new MessageError("Test", "rejected"));
                await EndAsync(HistoryEventKind.Rejected, name, receipt, leaseOver, () => queue.DeadLetterAsync([rejection]));
                break;
            case < 55 when queue.Definition.Name == work:
                await CompleteWithFollowUpAsync(queue, name, receipt, leaseOver);
                break;
            default:
                await EndAsync(HistoryEventKind.Completed, name, receipt, leaseOver, () => queue.CompleteAsync([new QueueCompletion(receipt)]));
                break;
        }
    }

    private Task<bool> AbandonAsync(IQueue queue, string name, QueueReceipt receipt, DateTimeOffset leaseOver, SeededRandom random)
    {
        var delay = random.Chance(50) ? store.Tick : TimeSpan.Zero;
        var (kind, abandonment) = random.Next(4) switch
        {
            0 => (HistoryEventKind.Deferred, QueueAbandonment.Deferred(receipt, delay)),
            1 => (HistoryEventKind.Returned, QueueAbandonment.Returned(receipt)),
            _ => (HistoryEventKind.Failed, QueueAbandonment.Failed(receipt, new MessageError("Test", "failed"), delay)),
        };
        return EndAsync(kind, name, receipt, leaseOver, () => queue.AbandonAsync([abandonment]));
    }

    /// <summary>A follow-up whose completion was refused is written down nowhere, and is a stranger if it comes, where the two are one act.</summary>
    private async Task CompleteWithFollowUpAsync(IQueue queue, string name, QueueReceipt receipt, DateTimeOffset leaseOver)
    {
        var followUp = new QueueMessage(ReadOnlyMemory<byte>.Empty) { MaxDeliveries = 3 };
        var began = Log.Begin();
        if (!store.AddsFollowUpsInOneAct)
        {
            LogEnqueue(HistoryEventKind.Enqueuing, name, began, followUp);
        }

        var completion = new QueueCompletion(receipt, [new QueueFollowUp(next, followUp)]);
        if (await EndAsync(HistoryEventKind.Completed, name, receipt, leaseOver, () => queue.CompleteAsync([completion])))
        {
            LogEnqueue(HistoryEventKind.Enqueued, name, began, followUp);
        }
    }

    private async Task<bool> EndAsync(
        HistoryEventKind kind, string name, QueueReceipt receipt, DateTimeOffset leaseOver, Func<ValueTask<IReadOnlyList<QueueReceipt>>> call)
    {
        var began = Log.Begin();
        if ((await call()).Count == 0)
        {
            Log.Add(kind, name, began, receipt.MessageId, receipt.AttemptToken);
            return true;
        }

        Log.Add(HistoryEventKind.Refused, name, began, receipt.MessageId, receipt.AttemptToken);
        if (await store.GetServerTimeAsync() + store.ClockTolerance >= leaseOver)
        {
            Log.Add(HistoryEventKind.LeaseRanOut, name, began, receipt.MessageId, receipt.AttemptToken);
        }

        return false;
    }

    /// <summary>Comes back with a receipt whose lease ran out, as a consumer does that hung.</summary>
    private async Task TryLostReceiptAsync(string name)
    {
        if (!_lost.TryDequeue(out var lost))
        {
            return;
        }

        if (await store.GetServerTimeAsync() <= lost.LeaseOver)
        {
            _lost.Enqueue(lost);
            return;
        }

        var queue = processes[0].GetQueue(lost.Queue);
        await EndAsync(HistoryEventKind.Completed, name, lost.Receipt, lost.LeaseOver, () => queue.CompleteAsync([new QueueCompletion(lost.Receipt)]));
    }
}
