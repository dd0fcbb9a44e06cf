using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_delayed_message_comes_when_it_is_due_and_not_before()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync(Message("a", delay: Tick * 2));
        Assert.Equal(1, (await queue.GetStatsAsync()).Delayed);
        await AssertNothingReadyAsync(queue);
        await _store.AdvanceAsync(Tick);
        await AssertNothingReadyAsync(queue);

        await RunOutAsync();

        var received = await TakeAsync(queue);
        Assert.Equal((1, 0, 0), (received.Deliveries, received.Failures, received.Crashes));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_time_before_which_a_message_cannot_be_received_is_judged_by_the_servers_clock()
    {
        var queue = await OpenAsync();
        var now = await _store.GetServerTimeAsync();
        await queue.EnqueueAsync(
        [
            new QueueMessage("later"u8.ToArray()) { NotBefore = (now + (Tick * 2)).ToOffset(TimeSpan.FromHours(5)) },
            new QueueMessage("past"u8.ToArray()) { NotBefore = now - TimeSpan.FromDays(1) },
            new QueueMessage("long past"u8.ToArray()) { NotBefore = DateTimeOffset.UnixEpoch },
        ]);

        Assert.Equal(["past", "long past"], Bodies(await TakeAllAsync(queue)));
        await _store.AdvanceAsync(Tick);
        await AssertNothingReadyAsync(queue);
        await RunOutAsync();
        Assert.Equal(["later"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_time_in_a_far_future_can_be_given()
    {
        var queue = await OpenAsync();
        var now = await _store.GetServerTimeAsync();
        await queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()) { NotBefore = now.AddYears(50) });

        await AssertNothingReadyAsync(queue);
        Assert.Equal(1, (await queue.GetStatsAsync()).Delayed);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_that_comes_due_goes_behind_what_was_ready_and_before_what_comes_later()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("delayed", delay: Tick), Message("a"), Message("b")]);
        await RunOutAsync();
        Assert.Equal(["a"], Bodies(await TakeAllAsync(queue, 1)));

        await EnqueueAsync(queue, "c");

        Assert.Equal(["b", "delayed", "c"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Delayed_messages_come_in_the_order_of_their_due_times_then_of_their_arrival()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync(
            [Message("3", delay: Tick * 3), Message("1", delay: Tick), Message("2a", delay: Tick * 2), Message("2b", delay: Tick * 2)]);

        await _store.AdvanceAsync(Tick * 4);

        Assert.Equal(["1", "2a", "2b", "3"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Many_messages_that_come_due_at_once_all_come()
    {
        const int Count = 3_000;
        var queue = await OpenAsync();
        for (var i = 0; i < Count / 500; i++)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(i * 500, 500).Select(n => Message($"{n}", delay: Tick))]);
        }

        await RunOutAsync();

        Assert.Equal(Count, (await queue.GetStatsAsync()).Ready);
        for (var i = 0; i < Count / 500; i++)
        {
            var received = await TakeAllAsync(queue, 500);
            Assert.Equal(500, received.Count);
            await CompleteAsync(queue, received);
        }

        Assert.Equal(Count, (await queue.GetStatsAsync()).TotalCompleted);
    }
}
