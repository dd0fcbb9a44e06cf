using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash.Workers;

/// <summary>Gathers what becomes of received messages and tells the queue, each kind in one call.</summary>
internal sealed class BatchEnding(IQueue queue, CrashHistory history, HeldMessages held, WorkerDefect defect)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly List<(HeldMessage Message, QueueFollowUp? FollowUp)> _done = [];
    private readonly List<(HeldMessage Message, QueueAbandonment Abandonment)> _abandoned = [];
    private readonly List<HeldMessage> _rejected = [];

    public void Complete(HeldMessage message, QueueFollowUp? followUp) => _done.Add((message, followUp));

    public void Abandon(HeldMessage message, QueueAbandonment abandonment) => _abandoned.Add((message, abandonment));

    public void Reject(HeldMessage message) => _rejected.Add(message);

    public async Task FlushAsync()
    {
        await CompleteAsync([.. _done.Where(one => one.Message.TryBeginEnding())]);
        foreach (var reason in _abandoned.Where(one => one.Message.TryBeginEnding()).GroupBy(one => one.Abandonment.Reason).ToArray())
        {
            QueueAbandonment[] abandonments = [.. reason.Select(one => one.Abandonment)];
            await EndAsync(KindOf(reason.Key), [.. reason.Select(one => one.Message)], () => queue.AbandonAsync(abandonments));
        }

        HeldMessage[] rejected = [.. _rejected.Where(message => message.TryBeginEnding())];
        QueueRejection[] rejections =
            [.. rejected.Select(message => new QueueRejection(message.Receipt, DeadLetterReason.Unprocessable, new MessageError("Crash", "rejected as planned")))];
        await EndAsync(HistoryEventKind.Rejected, rejected, () => queue.DeadLetterAsync(rejections));
        _done.Clear();
        _abandoned.Clear();
        _rejected.Clear();
    }

    private static HistoryEventKind KindOf(AbandonReason reason) => reason switch
    {
        AbandonReason.Failed => HistoryEventKind.Failed,
        AbandonReason.Deferred => HistoryEventKind.Deferred,
        _ => HistoryEventKind.Returned,
    };

    private async Task CompleteAsync(IReadOnlyList<(HeldMessage Message, QueueFollowUp? FollowUp)> done)
    {
        if (done.Count == 0)
        {
            return;
        }

        var began = CrashHistory.Now;
        history.Add(HistoryEventKind.Completing, began, done.Select(one => one.Message.Receipt));
        history.AddMessages(HistoryEventKind.Enqueuing, began, FollowUps(done));
        QueueCompletion[] completions = [.. done.Select(one => new QueueCompletion(one.Message.Receipt, one.FollowUp is { } next ? [next] : null))];
        var accepted = await EndAsync(HistoryEventKind.Completed, [.. done.Select(one => one.Message)], () => queue.CompleteAsync(completions));
        history.AddMessages(HistoryEventKind.Enqueued, began, FollowUps(done.Where(one => accepted.Contains(one.Message))));
    }

    private static IEnumerable<(QueueMessage Message, int Sequence, string? Key)> FollowUps(IEnumerable<(HeldMessage Message, QueueFollowUp? FollowUp)> done) =>
        done.Where(one => one.FollowUp is not null).Select(one => (one.FollowUp!.Message, 0, (string?)null));

    /// <summary>Makes a call until it is answered, and writes down what became of it.</summary>
    /// <returns>Those that were not refused.</returns>
    private async Task<IReadOnlySet<HeldMessage>> EndAsync(
        HistoryEventKind kind, HeldMessage[] messages, Func<ValueTask<IReadOnlyList<QueueReceipt>>> call)
    {
        HashSet<HeldMessage> accepted = [.. messages];
        while (messages.Length > 0)
        {
            var began = CrashHistory.Now;
            try
            {
                var lost = (await call()).ToHashSet();
                if (defect != WorkerDefect.IgnoresRefusals)
                {
                    accepted.RemoveWhere(message => lost.Contains(message.Receipt));
                }

                history.Add(kind, began, accepted.Select(message => message.Receipt));
                foreach (var message in messages.Where(message => !accepted.Contains(message)))
                {
                    held.WriteRefused(message, began);
                }

                break;
            }
            catch (BackendUnavailableException)
            {
                history.Add(HistoryEventKind.Unknown, began, messages.Select(message => message.Receipt));
                await Task.Delay(Pause);
            }
        }

        foreach (var message in messages)
        {
            held.Remove(message);
        }

        return accepted;
    }
}
