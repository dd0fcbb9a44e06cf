using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    public static TheoryData<ReceiptCall> ReceiptCalls => [.. Enum.GetValues<ReceiptCall>()];

    /// <summary>The calls that end a lease. A renewal does not: the same receipt may be renewed again.</summary>
    public static TheoryData<ReceiptCall> EndingCalls => [.. Enum.GetValues<ReceiptCall>().Where(call => call != ReceiptCall.Renew)];

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_receipt_whose_lease_ran_out_is_refused_even_before_the_message_came_again(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var expired = await TakeShortAsync(queue, Tick);
        await RunOutAsync();

        Assert.Equal([expired.Receipt], await CallAsync(queue, call, expired.Receipt));

        var again = await TakeAsync(queue);
        Assert.Equal((2, 0, 1), (again.Deliveries, again.Failures, again.Crashes));
        Assert.Equal(0, await queue.DeadLetters.CountAsync(DeadLetterFilter.All));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_slow_consumer_cannot_touch_the_delivery_of_another(ReceiptCall call)
    {
        var (slow, quick) = await OpenTwiceAsync();
        await EnqueueAsync(slow, "a");
        var stale = await TakeShortAsync(slow, Tick);
        await RunOutAsync();
        var held = await TakeShortAsync(quick, Tick * 4);

        Assert.Equal([stale.Receipt], await CallAsync(slow, call, stale.Receipt));

        Assert.Equal((0, 1, 0), await ReadyLeasedDeadAsync(quick));
        Assert.Equal(0, (await quick.GetStatsAsync()).TotalFailures);
        await CompleteAsync(quick, held);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_receipt_of_a_completed_message_is_refused(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var done = await TakeAsync(queue);
        await CompleteAsync(queue, done);

        Assert.Equal([done.Receipt], await CallAsync(queue, call, done.Receipt));
        Assert.Equal((0, 0, 0), await ReadyLeasedDeadAsync(queue));
        Assert.Equal(1, (await queue.GetStatsAsync()).TotalCompleted);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(EndingCalls))]
    public async Task A_receipt_is_good_for_one_ending_only(ReceiptCall first)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var received = await TakeAsync(queue);
        Assert.Empty(await CallAsync(queue, first, received.Receipt));
        var before = await queue.GetStatsAsync();

        foreach (var second in Enum.GetValues<ReceiptCall>())
        {
            Assert.Equal([received.Receipt], await CallAsync(queue, second, received.Receipt));
        }

        Assert.Equal(before with { OldestAge = default }, await queue.GetStatsAsync() with { OldestAge = default });
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_receipt_that_was_never_given_is_refused(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = (await TakeAsync(queue)).Receipt;
        QueueReceipt[] forged =
        [
            held with { AttemptToken = held.AttemptToken + 1 },
            held with { AttemptToken = held.AttemptToken - 1 },
            held with { AttemptToken = -held.AttemptToken },
            held with { MessageId = Guid.NewGuid() },
            new(Guid.NewGuid(), held.AttemptToken),
            new(Guid.NewGuid(), long.MaxValue, long.MaxValue),
            new(Guid.NewGuid(), long.MinValue, long.MinValue),
            new(Guid.NewGuid(), held.AttemptToken, held.Locator + 1),
            default,
        ];

        AssertLost(forged, await CallAsync(queue, call, forged));

        Assert.Equal((0, 1, 0), await ReadyLeasedDeadAsync(queue));
        Assert.Empty(await CallAsync(queue, ReceiptCall.Complete, held));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(EndingCalls))]
    public async Task The_same_receipt_twice_in_one_call_is_refused_the_second_time(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        var received = await TakeAllAsync(queue);
        var (a, b) = (received[0].Receipt, received[1].Receipt);

        Assert.Equal([a], await CallAsync(queue, call, a, b, a));

        var stats = await queue.GetStatsAsync();
        var (failures, completed) = (stats.TotalFailures, stats.TotalCompleted);
        Assert.Equal(call is ReceiptCall.Fail or ReceiptCall.DeadLetter ? 2 : 0, failures);
        Assert.Equal(call == ReceiptCall.Complete ? 2 : 0, completed);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ReceiptCalls))]
    public async Task A_batch_acts_on_what_is_held_and_returns_exactly_what_was_lost(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "expired", "held 1", "completed", "held 2", "taken over");
        var expired = (await TakeShortAsync(queue, Tick * 2)).Receipt;
        var held = (await TakeAllAsync(queue, 3)).Select(one => one.Receipt).ToList();
        var takenOver = (await TakeShortAsync(queue, Tick)).Receipt;
        await RunOutAsync();
        var owner = await TakeAsync(queue);
        await _store.AdvanceAsync(Tick);
        await CallAsync(queue, ReceiptCall.Complete, held[1]);
        var unknown = new QueueReceipt(Guid.NewGuid(), 1);

        var lost = await CallAsync(queue, call, expired, held[0], held[1], held[2], takenOver, unknown);

        Assert.Equal("taken over", Body(owner));
        AssertLost([expired, held[1], takenOver, unknown], lost);
        var others = call == ReceiptCall.Renew ? 2 : 0;
        var stats = await queue.GetStatsAsync();
        Assert.Equal(1 + others, stats.Leased);
        Assert.Equal(call switch { ReceiptCall.Complete => 3, _ => 1 }, stats.TotalCompleted);
        Assert.Equal(call is ReceiptCall.Fail or ReceiptCall.DeadLetter ? 2 : 0, stats.TotalFailures);
    }

    private static void AssertLost(IEnumerable<QueueReceipt> expected, IEnumerable<QueueReceipt> actual)
    {
        Assert.Equal(InOrder(expected), InOrder(actual));

        static IEnumerable<QueueReceipt> InOrder(IEnumerable<QueueReceipt> receipts) =>
            receipts.OrderBy(receipt => receipt.MessageId).ThenBy(receipt => receipt.AttemptToken).ThenBy(receipt => receipt.Locator);
    }
}
