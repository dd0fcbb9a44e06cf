using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Follow_ups_exist_with_the_completion_on_their_queues()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        var (main, next) = (queues[0], queues[1]);
        await EnqueueAsync(main, "a");
        var sent = Message("on next", "tenant", "key", 9);

        Assert.Empty(await main.CompleteAsync([new QueueCompletion((await TakeAsync(main)).Receipt,
            [Follow(main, Message("on main")), Follow(next, sent), Follow(next, Message("late", delay: Tick))])]));

        Assert.Equal(["on main"], Bodies(await TakeAllAsync(main)));
        var received = await TakeAsync(next);
        AssertSame(sent, received.Message);
        Assert.Equal(1, (await next.GetStatsAsync()).Delayed);
        Assert.Equal((2, 1), ((await main.GetStatsAsync()).TotalEnqueued, (await main.GetStatsAsync()).TotalCompleted));
        Assert.Equal((2, 0), ((await next.GetStatsAsync()).TotalEnqueued, (await next.GetStatsAsync()).TotalCompleted));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_follow_ups_of_a_lost_receipt_are_not_added_and_those_of_the_others_are()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        var (main, next) = (queues[0], queues[1]);
        await EnqueueAsync(main, "slow", "good");
        var slow = await TakeShortAsync(main, Tick);
        var good = await TakeAsync(main);
        await RunOutAsync();

        var lost = await main.CompleteAsync(
        [
            new QueueCompletion(slow.Receipt, [Follow(next, Message("of slow")), Follow(main, Message("of slow too"))]),
            new QueueCompletion(good.Receipt, [Follow(next, Message("of good"))]),
            new QueueCompletion(good.Receipt, [Follow(next, Message("of good, again"))]),
        ]);

        AssertLost([slow.Receipt, good.Receipt], lost);
        Assert.Equal(["of good"], Bodies(await TakeAllAsync(next)));
        Assert.Equal(["slow"], Bodies(await TakeAllAsync(main)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Follow_ups_take_part_in_deduplication()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        var (main, next) = (queues[0], queues[1]);
        await EnqueueAsync(main, "a", "b");
        await next.EnqueueAsync(Message("first", deduplicationKey: "d"));
        var received = await TakeAllAsync(main);

        Assert.Empty(await main.CompleteAsync(
        [
            new QueueCompletion(received[0].Receipt, [Follow(next, Message("second", deduplicationKey: "d")), Follow(next, Message("e1", deduplicationKey: "e"))]),
            new QueueCompletion(received[1].Receipt, [Follow(next, Message("e2", deduplicationKey: "e"))]),
        ]));

        Assert.Equal(["first", "e1"], Bodies(await TakeAllAsync(next)));
        Assert.Equal(2, (await next.GetStatsAsync()).TotalEnqueued);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_follow_up_with_an_ordering_key_takes_the_end_of_its_line()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);

        await queue.CompleteAsync((await TakeAsync(queue)).Receipt, [Follow(queue, Message("3", key: "k"))]);

        Assert.Equal((1, 1), await ReadyBlockedAsync(queue));
        Assert.Equal(["2", "3"], await DrainOneByOneAsync(queue));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Follow_ups_are_never_refused_for_capacity()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions { Capacity = 1 });
        var (main, next) = (queues[0], queues[1]);
        await EnqueueAsync(main, "a");
        await EnqueueAsync(next, "fills it");

        await main.CompleteAsync((await TakeAsync(main)).Receipt, [Follow(next, Message("1")), Follow(next, Message("2"))]);

        Assert.Equal(["fills it", "1", "2"], Bodies(await TakeAllAsync(next)));
        await Assert.ThrowsAsync<QueueFullException>(async () => await next.EnqueueAsync(Message("no room")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_follow_up_that_cannot_be_enqueued_fails_the_whole_call_and_nothing_is_done()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions { MaxBodyBytes = 5 });
        var (main, next) = (queues[0], queues[1]);
        await EnqueueAsync(main, "a", "b");
        var received = await TakeAllAsync(main);
        var tooLongHeader = new Dictionary<string, string>(StringComparer.Ordinal) { ["h"] = new('x', QueueLimits.MaxHeaderBytes) };
        QueueFollowUp[] bad =
        [
            Follow(next, Message("longer")),
            Follow(next, new QueueMessage("x"u8.ToArray()) { Headers = tooLongHeader }),
            new("not declared", Message("x")),
        ];
        foreach (var followUp in bad)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await main.CompleteAsync(
                [new QueueCompletion(received[0].Receipt, [Follow(next, Message("fits"))]), new QueueCompletion(received[1].Receipt, [followUp])]));
        }

        Assert.Equal(0, (await next.GetStatsAsync()).TotalEnqueued);
        Assert.Equal((0, 2, 0), await ReadyLeasedDeadAsync(main));
        await CompleteAsync(main, received);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_completion_that_is_repeated_after_a_lost_answer_adds_its_follow_ups_once()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var receipt = (await TakeAsync(queue)).Receipt;
        QueueCompletion[] completion = [new(receipt, [Follow(queue, Message("next"))])];
        Assert.Empty(await queue.CompleteAsync(completion));

        Assert.Equal([receipt], await queue.CompleteAsync(completion));

        Assert.Equal(["next"], Bodies(await TakeAllAsync(queue)));
    }

    private static QueueFollowUp Follow(IQueue queue, QueueMessage message) => new(queue.Definition.Name, message);
}
