using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash.Workers;

/// <summary>
/// Receives, handles as the plan of each message says, and ends what it received in batches, while it renews all that it holds. It writes down each
/// thing that it does or sees before it acts on it, and repeats each call that has no answer.
/// </summary>
/// <remarks>
/// It calls <see cref="IQueue"/> itself instead of being a QueueWorker: it must know of each single call when it began and how it ended, and come
/// back with receipts whose lease it knows to be over. A QueueWorker never would.
/// </remarks>
internal sealed class CrashWorker(CrashQueues queues, CrashHistory history, int seed, TimeSpan lease, WorkerDefect defect)
{
    private const int LoopsEach = 2;
    private const int MaxBatch = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // A worker that does not mind refusals does its work slowly, so that it holds something whenever it is paused.
    private static readonly TimeSpan SlowWork = TimeSpan.FromMilliseconds(5);

    // What is deferred is not counted anywhere, so the message itself says that it was.
    private static readonly MessageCheckpoint Deferred = new("deferred", ReadOnlyMemory<byte>.Empty);

    private readonly HeldMessages _held = new(history, lease, defect);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var renewing = _held.RenewAsync(end.Token);
        await Task.WhenAll(queues.All.SelectMany(queue => Enumerable.Range(0, LoopsEach).Select(_ => Task.Run(() => LoopAsync(queue, cancellationToken), CancellationToken.None))));
        await end.CancelAsync();
        await renewing;
    }

    private async Task LoopAsync(IQueue queue, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var began = CrashHistory.Now;
            try
            {
                var received = await queue.ReceiveAsync(1 + Random.Shared.Next(MaxBatch), lease, Patience, cancellationToken);
                if (received.Count > 0)
                {
                    await HandleAsync(queue, received, began);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (BackendUnavailableException)
            {
                history.AddPlain(HistoryEventKind.ReceiveUnknown, began);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task HandleAsync(IQueue queue, IReadOnlyList<ReceivedMessage> received, long began)
    {
        history.Add(HistoryEventKind.Received, began, received.Select(message => message.Receipt));
        HeldMessage[] held = [.. received.Select(message => new HeldMessage(queue, message, began, lease))];
        Array.ForEach(held, _held.Add);

        var ending = new BatchEnding(queue, history, _held, defect);
        foreach (var message in held)
        {
            await HandleAsync(message, ending);
            if (Random.Shared.Next(8) == 0)
            {
                await ending.FlushAsync();
            }
        }

        await ending.FlushAsync();
    }

    private async Task HandleAsync(HeldMessage message, BatchEnding ending)
    {
        CrashMessage.Check(message.Received.Message);
        var (number, isFollowUp, _) = CrashMessage.Parse(message.Receipt.MessageId);
        if (isFollowUp)
        {
            ending.Complete(message, followUp: null);
            return;
        }

        var plan = MessagePlan.Of(seed, number);
        var work = defect == WorkerDefect.IgnoresRefusals ? SlowWork : plan.OutlastsLease && message.Received.Deliveries == 1 ? lease * 1.5 : plan.Work;
        if (work > TimeSpan.Zero)
        {
            await Task.Delay(work);
        }

        if (defect == WorkerDefect.SkipsMessages && number % 100 == 50)
        {
            await message.Queue.CompleteAsync([new QueueCompletion(message.Receipt)]);
            _held.Remove(message);
            return;
        }

        End(message, number, plan, ending);
    }

    private static void End(HeldMessage message, int number, MessagePlan plan, BatchEnding ending)
    {
        var (receipt, received) = (message.Receipt, message.Received);
        if (plan.Detour == MessageDetour.Deferred && received.Checkpoint is null)
        {
            ending.Abandon(message, QueueAbandonment.Deferred(receipt, plan.RetryDelay, Deferred));
        }
        else if (plan.Detour == MessageDetour.Returned && Random.Shared.Next(2) == 0)
        {
            ending.Abandon(message, QueueAbandonment.Returned(receipt));
        }
        else if (received.Failures < plan.Failures || plan.Fate == MessageFate.Exhausted)
        {
            ending.Abandon(message, QueueAbandonment.Failed(receipt, new MessageError("Crash", "failed as planned"), plan.RetryDelay));
        }
        else if (plan.Fate == MessageFate.Rejected)
        {
            ending.Reject(message);
        }
        else
        {
            ending.Complete(
                message, plan.FollowUpQueue is { } queue ? new QueueFollowUp(queue, CrashMessage.CreateFollowUp(number, receipt.AttemptToken, plan)) : null);
        }
    }
}
