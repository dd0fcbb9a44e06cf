using System.Text;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

/// <summary>
/// The promises of <see cref="IQueueProvider"/>, <see cref="IQueue"/> and <see cref="IDeadLetterQueue"/>, a fact for each. The author
/// of a backend derives a sealed class with a parameterless constructor that passes a <see cref="QueueTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(IQueueProvider))]
public abstract partial class QueueConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;

    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongLease = TimeSpan.FromHours(1);

    private readonly QueueTestStore _store;

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected QueueConformance(QueueTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private TimeSpan Tick => _store.Tick;

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    private static string UniqueName(string name) => $"{name}-{Guid.NewGuid():N}";

    private static QueueMessage Message(
        string body,
        string tenant = "default",
        string? key = null,
        int priority = QueueLimits.DefaultPriority,
        TimeSpan delay = default,
        string? deduplicationKey = null,
        int? maxDeliveries = null) =>
        new(Encoding.UTF8.GetBytes(body))
        {
            Tenant = tenant,
            OrderingKey = key,
            Priority = priority,
            Delay = delay,
            DeduplicationKey = deduplicationKey,
            MaxDeliveries = maxDeliveries,
        };

    private static MessageError Error(string text = "it broke") => new("TestException", text);

    private static MessageCheckpoint Checkpoint(string step, string body) => new(step, Encoding.UTF8.GetBytes(body));

    private static string Text(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span);

    private static string Body(ReceivedMessage received) => Text(received.Message.Body);

    private static string[] Bodies(IEnumerable<ReceivedMessage> received) => [.. received.Select(Body)];

    private static string[] Bodies(IEnumerable<DeadLetter> letters) => [.. letters.Select(letter => Text(letter.Message.Body))];

    private static async Task EnqueueAsync(IQueue queue, params string[] bodies) =>
        await queue.EnqueueAsync([.. bodies.Select(body => Message(body))]);

    private static async Task<IReadOnlyList<ReceivedMessage>> TakeAllAsync(IQueue queue, int maxMessages = QueueLimits.MaxBatchSize) =>
        await queue.ReceiveAsync(maxMessages, LongLease, TimeSpan.Zero);

    private static async Task<ReceivedMessage> TakeAsync(IQueue queue) => Assert.Single(await TakeAllAsync(queue, 1));

    private static async Task<ReceivedMessage> TakeShortAsync(IQueue queue, TimeSpan lease) =>
        Assert.Single(await queue.ReceiveAsync(1, lease, TimeSpan.Zero));

    private static async Task AssertNothingReadyAsync(IQueue queue) => Assert.Empty(Bodies(await TakeAllAsync(queue)));

    private static async Task CompleteAsync(IQueue queue, params IEnumerable<ReceivedMessage> received) =>
        Assert.Empty(await queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]));

    private static async Task FailAsync(IQueue queue, ReceivedMessage received, TimeSpan delay = default) =>
        Assert.Empty(await queue.AbandonAsync([QueueAbandonment.Failed(received.Receipt, Error(), delay)]));

    private static async Task DeferAsync(IQueue queue, ReceivedMessage received, TimeSpan delay = default) =>
        Assert.Empty(await queue.AbandonAsync([QueueAbandonment.Deferred(received.Receipt, delay)]));

    private static async Task ReturnAsync(IQueue queue, ReceivedMessage received) =>
        Assert.Empty(await queue.AbandonAsync([QueueAbandonment.Returned(received.Receipt)]));

    private static async Task RejectAsync(
        IQueue queue, ReceivedMessage received, DeadLetterReason reason = DeadLetterReason.Unprocessable) =>
        Assert.Empty(await queue.DeadLetterAsync([new QueueRejection(received.Receipt, reason, Error())]));

    /// <summary>Makes dead letters in this order.</summary>
    private static async Task EnqueueDeadAsync(IQueue queue, params string[] bodies)
    {
        foreach (var body in bodies)
        {
            await queue.EnqueueAsync(Message(body));
            await RejectAsync(queue, await TakeAsync(queue));
        }
    }

    private static async Task<IReadOnlyList<DeadLetter>> LettersAsync(IQueue queue, DeadLetterFilter? filter = null)
    {
        var letters = new List<DeadLetter>();
        string? continuation = null;
        do
        {
            var page = await queue.DeadLetters.BrowseAsync(filter ?? DeadLetterFilter.All, 1_000, continuation);
            letters.AddRange(page.Items);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return letters;
    }

    private static async Task<DeadLetter> LetterAsync(IQueue queue) => Assert.Single(await LettersAsync(queue));

    private static async Task<IReadOnlyList<QueueReceipt>> CallAsync(IQueue queue, ReceiptCall call, params IReadOnlyList<QueueReceipt> receipts) =>
        call switch
        {
            ReceiptCall.Complete => await queue.CompleteAsync([.. receipts.Select(receipt => new QueueCompletion(receipt))]),
            ReceiptCall.Renew => await queue.RenewAsync(receipts, LongLease),
            ReceiptCall.Fail => await queue.AbandonAsync([.. receipts.Select(receipt => QueueAbandonment.Failed(receipt, Error()))]),
            ReceiptCall.Defer => await queue.AbandonAsync([.. receipts.Select(receipt => QueueAbandonment.Deferred(receipt, TimeSpan.Zero))]),
            ReceiptCall.Return => await queue.AbandonAsync([.. receipts.Select(QueueAbandonment.Returned)]),
            _ => await queue.DeadLetterAsync(
                [.. receipts.Select(receipt => new QueueRejection(receipt, DeadLetterReason.Unprocessable, Error()))]),
        };

    private async Task<IQueue> OpenAsync(QueueOptions? options = null) => (await OpenQueuesAsync(options ?? new QueueOptions()))[0];

    /// <summary>Opens several queues of one provider.</summary>
    private async Task<IReadOnlyList<IQueue>> OpenQueuesAsync(params QueueOptions[] options)
    {
        var definitions = options.Select(one => new QueueDefinition(UniqueName("queue"), one)).ToList();
        var provider = await _store.OpenAsync(new QueueCatalog(definitions));
        return [.. definitions.Select(definition => provider.GetQueue(definition.Name))];
    }

    /// <summary>Opens one queue as two processes would.</summary>
    private async Task<(IQueue First, IQueue Second)> OpenTwiceAsync(QueueOptions? options = null)
    {
        var catalog = new QueueCatalog(new QueueDefinition(UniqueName("queue"), options ?? new QueueOptions()));
        var name = catalog.Definitions.Keys.Single();
        var first = await _store.OpenAsync(catalog);
        var second = await _store.OpenAsync(catalog);
        return (first.GetQueue(name), second.GetQueue(name));
    }

    /// <summary>Lets a lease or a delay of one <see cref="Tick"/> run out.</summary>
    private ValueTask RunOutAsync() => _store.AdvanceAsync(Tick * 1.5);

    private void AssertTime(DateTimeOffset from, DateTimeOffset until, DateTimeOffset actual) =>
        Assert.InRange(actual, from - _store.ClockTolerance, until + _store.ClockTolerance);
}
