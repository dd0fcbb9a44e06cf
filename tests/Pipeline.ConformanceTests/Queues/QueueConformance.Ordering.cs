using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Messages_of_one_ordering_key_come_one_at_a_time_and_in_order()
    {
        var (first, second) = await OpenTwiceAsync();
        await first.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);
        await first.EnqueueAsync(Message("3", key: "k"));
        var seen = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var received = Assert.Single(await TakeAllAsync(i % 2 == 0 ? first : second));
            await AssertNothingReadyAsync(second);
            seen.Add(Body(received));
            await CompleteAsync(first, received);
        }

        Assert.Equal(["1", "2", "3"], seen);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Ordering_keys_do_not_hold_up_each_other_nor_those_of_other_tenants_nor_messages_without_one()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("k1", key: "k"), Message("k2", key: "k"), Message("j1", key: "j"), Message("none"), Message("t1", "t", "k")]);

        var received = await TakeAllAsync(queue);

        Assert.Equal(["j1", "k1", "none", "t1"], Bodies(received).Order(StringComparer.Ordinal));
        var stats = await queue.GetStatsAsync();
        Assert.Equal((0, 1, 4), (stats.Ready, stats.Blocked, stats.Leased));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_behind_its_key_is_blocked_and_becomes_ready_with_the_completion()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("3", key: "k")]);
        Assert.Equal((1, 2), await ReadyBlockedAsync(queue));
        var head = await TakeAsync(queue);
        Assert.Equal((0, 2), await ReadyBlockedAsync(queue));

        await CompleteAsync(queue, head);

        Assert.Equal((1, 1), await ReadyBlockedAsync(queue));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.Fail)]
    [InlineData(ReceiptCall.Defer)]
    [InlineData(ReceiptCall.Return)]
    [InlineData(ReceiptCall.Renew)]
    public async Task A_message_keeps_the_head_of_its_key_however_its_delivery_ended(ReceiptCall ending)
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("other")]);
        var head = await TakeShortAsync(queue, Tick);
        if (ending == ReceiptCall.Renew)
        {
            await RunOutAsync();
        }
        else
        {
            Assert.Empty(await CallAsync(queue, ending, head.Receipt));
        }

        Assert.Equal((2, 1), await ReadyBlockedAsync(queue));
        var received = await TakeAllAsync(queue);

        Assert.Equal(["1", "other"], Bodies(received).Order(StringComparer.Ordinal));
        await CompleteAsync(queue, received);
        Assert.Equal("2", Body(await TakeAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_key_waits_while_its_head_waits_for_a_retry()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);
        await FailAsync(queue, await TakeAsync(queue), Tick);

        await AssertNothingReadyAsync(queue);
        var stats = await queue.GetStatsAsync();
        Assert.Equal((0, 1, 1), (stats.Ready, stats.Blocked, stats.Delayed));
        await queue.EnqueueAsync(Message("3", key: "k"));
        await RunOutAsync();

        var again = Assert.Single(await TakeAllAsync(queue));
        Assert.Equal(("1", 1), (Body(again), again.Failures));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Within_a_key_arrival_counts_and_not_priority()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k", priority: 0), Message("2", key: "k", priority: 9)]);

        Assert.Equal("1", Body(Assert.Single(await TakeAllAsync(queue))));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_delayed_message_joins_its_key_when_it_comes_due()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("late", key: "k", delay: Tick), Message("1", key: "k"), Message("2", key: "k")]);
        var first = Assert.Single(await TakeAllAsync(queue));
        Assert.Equal("1", Body(first));
        await RunOutAsync();
        await AssertNothingReadyAsync(queue);
        Assert.Equal((0, 2), await ReadyBlockedAsync(queue));

        await CompleteAsync(queue, first);
        var second = Assert.Single(await TakeAllAsync(queue));
        await CompleteAsync(queue, second);

        Assert.Equal("2", Body(second));
        Assert.Equal("late", Body(Assert.Single(await TakeAllAsync(queue))));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_delayed_message_alone_does_not_block_its_key()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("late", key: "k", delay: TimeSpan.FromDays(1)), Message("now", key: "k")]);

        await CompleteAsync(queue, await TakeAsync(queue));

        await queue.EnqueueAsync(Message("now too", key: "k"));
        Assert.Equal("now too", Body(await TakeAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Delayed_messages_of_a_key_come_in_the_order_of_their_due_times()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("2", key: "k", delay: Tick * 2), Message("1", key: "k", delay: Tick)]);
        await queue.EnqueueAsync([Message("3", key: "k", delay: Tick * 3), Message("4", key: "k", delay: Tick * 3)]);
        await _store.AdvanceAsync(Tick * 4);

        Assert.Equal(["1", "2", "3", "4"], await DrainOneByOneAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_dead_letter_lets_its_key_go_on()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await queue.EnqueueAsync([Message("rejected", key: "k"), Message("fails", key: "k"), Message("crashes", key: "k"), Message("last", key: "k")]);
        await RejectAsync(queue, await TakeAsync(queue));
        await FailAsync(queue, await TakeAsync(queue));
        await TakeShortAsync(queue, Tick);
        await RunOutAsync();

        Assert.Equal("last", Body(Assert.Single(await TakeAllAsync(queue))));
        Assert.Equal(["rejected", "fails", "crashes"], Bodies(await LettersAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_redriven_message_goes_to_the_end_of_its_key()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("3", key: "k")]);
        await RejectAsync(queue, await TakeAsync(queue));
        var second = await TakeAsync(queue);

        await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        await queue.EnqueueAsync(Message("4", key: "k"));
        await AssertNothingReadyAsync(queue);
        await CompleteAsync(queue, second);

        Assert.Equal(["3", "1", "4"], await DrainOneByOneAsync(queue));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.DeadLetter)]
    [InlineData(ReceiptCall.Fail)]
    [InlineData(ReceiptCall.Renew)]
    public async Task A_dead_letter_that_blocks_its_key_holds_it_until_it_is_redriven_in_its_own_place(ReceiptCall death)
    {
        var queue = await OpenAsync(new QueueOptions { DeadLetterBlocksOrderingKey = true, MaxDeliveries = 1 });
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("other", key: "j")]);
        var head = await TakeShortAsync(queue, Tick);
        if (death == ReceiptCall.Renew)
        {
            await RunOutAsync();
        }
        else
        {
            await CallAsync(queue, death, head.Receipt);
        }

        Assert.Equal("other", Body(Assert.Single(await TakeAllAsync(queue))));
        await queue.EnqueueAsync(Message("3", key: "k"));
        Assert.Equal((0, 2), await ReadyBlockedAsync(queue));

        Assert.Equal(1, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));

        Assert.Equal((1, 2), await ReadyBlockedAsync(queue));
        Assert.Equal(["1", "2", "3"], await DrainOneByOneAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Discarding_a_dead_letter_that_blocks_its_key_lets_the_key_go_on()
    {
        var queue = await OpenAsync(new QueueOptions { DeadLetterBlocksOrderingKey = true });
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("3", key: "k")]);
        await RejectAsync(queue, await TakeAsync(queue));

        Assert.Equal(1, await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All));

        Assert.Equal((1, 1), await ReadyBlockedAsync(queue));
        Assert.Equal(["2", "3"], await DrainOneByOneAsync(queue));
        await queue.EnqueueAsync(Message("4", key: "k"));
        Assert.Equal("4", Body(await TakeAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Messages_that_were_unblocked_in_one_call_do_not_meet_in_one_receive()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Range(0, 30).Select(i => Message($"{i / 3}", key: $"k{i % 3}"))]);
        for (var round = 0; round < 10; round++)
        {
            var received = await TakeAllAsync(queue);
            Assert.Equal(["k0", "k1", "k2"], received.Select(one => one.Message.OrderingKey).Order(StringComparer.Ordinal));
            Assert.All(received, one => Assert.Equal($"{round}", Body(one)));
            await CompleteAsync(queue, received);
        }

        Assert.Equal(0, (await queue.GetStatsAsync()).Depth);
    }

    private static async Task<(long Ready, long Blocked)> ReadyBlockedAsync(IQueue queue)
    {
        var stats = await queue.GetStatsAsync();
        return (stats.Ready, stats.Blocked);
    }

    /// <summary>Takes one message at a time, however many are asked for, until nothing is ready.</summary>
    private static async Task<IReadOnlyList<string>> DrainOneByOneAsync(IQueue queue)
    {
        var seen = new List<string>();
        while (await TakeAllAsync(queue) is { Count: > 0 } received)
        {
            seen.Add(Body(Assert.Single(received)));
            await CompleteAsync(queue, received);
        }

        return seen;
    }
}
