using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>A queue that tells of each call, and lets a test hold up or fail calls before they reach the queue beneath, or after.</summary>
internal sealed class ObservedQueue(IQueue inner) : IQueue
{
    private readonly Lock _gate = new();
    private readonly List<QueueCall> _begun = [];
    private readonly List<QueueCall> _ended = [];
    private readonly List<(Func<bool> IsReached, TaskCompletionSource Reached)> _watchers = [];

    public IQueue Inner => inner;

    public Func<QueueCall, Task> Before { get; set; } = _ => Task.CompletedTask;

    public Func<QueueCall, Task> After { get; set; } = _ => Task.CompletedTask;

    public QueueDefinition Definition => inner.Definition;

    public IDeadLetterQueue DeadLetters => inner.DeadLetters;

    /// <summary>The calls of one kind that have begun, in their order.</summary>
    public IReadOnlyList<QueueCall> Begun(string operation) => Of(_begun, operation);

    /// <summary>The calls of one kind that have succeeded, in their order.</summary>
    public IReadOnlyList<QueueCall> Ended(string operation) => Of(_ended, operation);

    /// <summary>Waits until calls of one kind have begun.</summary>
    public Task BegunAsync(string operation, int calls = 1) => WatchAsync(() => Of(_begun, operation).Count >= calls);

    /// <summary>Waits until calls of one kind have succeeded.</summary>
    public Task EndedAsync(string operation, int calls = 1) => WatchAsync(() => Of(_ended, operation).Count >= calls);

    /// <summary>Waits until calls of one kind have succeeded for so many messages.</summary>
    public Task EndedForAsync(string operation, int messages) => WatchAsync(() => Of(_ended, operation).Sum(call => call.Count) >= messages);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default) =>
        inner.EnqueueAsync(messages, cancellationToken);

    public async ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        var call = new QueueCall("Receive", [wait]);
        Note(_begun, call);
        await Before(call);
        var messages = await inner.ReceiveAsync(maxMessages, lease, wait, cancellationToken);
        call = new QueueCall("Receive", messages);
        await After(call);
        Note(_ended, call);
        return messages;
    }

    public ValueTask<IReadOnlyList<QueueReceipt>> CompleteAsync(
        IReadOnlyList<QueueCompletion> completions, CancellationToken cancellationToken = default) =>
        ActAsync("Complete", [.. completions.Select(c => (object)c)], () => inner.CompleteAsync(completions, cancellationToken));

    public ValueTask<IReadOnlyList<QueueReceipt>> RenewAsync(
        IReadOnlyList<QueueReceipt> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        ActAsync("Renew", [.. receipts.Select(r => (object)r)], () => inner.RenewAsync(receipts, lease, cancellationToken));

    public ValueTask<IReadOnlyList<QueueReceipt>> AbandonAsync(
        IReadOnlyList<QueueAbandonment> abandonments, CancellationToken cancellationToken = default) =>
        ActAsync("Abandon", abandonments, () => inner.AbandonAsync(abandonments, cancellationToken));

    public ValueTask<IReadOnlyList<QueueReceipt>> DeadLetterAsync(
        IReadOnlyList<QueueRejection> rejections, CancellationToken cancellationToken = default) =>
        ActAsync("DeadLetter", rejections, () => inner.DeadLetterAsync(rejections, cancellationToken));

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken = default)
    {
        var call = new QueueCall("GetStats", []);
        Note(_begun, call);
        await Before(call);
        var stats = await inner.GetStatsAsync(cancellationToken);
        Note(_ended, call);
        return stats;
    }

    private async ValueTask<IReadOnlyList<QueueReceipt>> ActAsync(
        string operation, IReadOnlyList<object> items, Func<ValueTask<IReadOnlyList<QueueReceipt>>> act)
    {
        var call = new QueueCall(operation, items);
        Note(_begun, call);
        await Before(call);
        var lost = await act();
        await After(call);
        Note(_ended, call);
        return lost;
    }

    private void Note(List<QueueCall> calls, QueueCall call)
    {
        lock (_gate)
        {
            calls.Add(call);
            _watchers.RemoveAll(watcher => watcher.IsReached() && watcher.Reached.TrySetResult());
        }
    }

    private List<QueueCall> Of(List<QueueCall> calls, string operation)
    {
        lock (_gate)
        {
            return calls.FindAll(call => call.Is(operation));
        }
    }

    private Task WatchAsync(Func<bool> isReached)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (isReached())
            {
                reached.SetResult();
            }
            else
            {
                _watchers.Add((isReached, reached));
            }

            return reached.Task;
        }
    }
}
