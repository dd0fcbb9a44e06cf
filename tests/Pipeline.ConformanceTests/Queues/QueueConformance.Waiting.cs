using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_an_enqueue_of_another_process()
    {
        var (consumer, producer) = await OpenTwiceAsync();
        var waiting = WaitForOneAsync(consumer);
        await _store.SettleAsync();
        Assert.False(waiting.IsCompleted, "The receive did not wait.");

        await EnqueueAsync(producer, "a");

        Assert.Equal("a", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_does_not_wait_where_something_is_ready()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");

        Assert.Equal(["a", "b"], Bodies(await queue.ReceiveAsync(10, LongLease, Timeout.InfiniteTimeSpan)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_takes_a_batch_as_it_comes()
    {
        var queue = await OpenAsync();
        var waiting = queue.ReceiveAsync(10, LongLease, Timeout.InfiniteTimeSpan).AsTask();
        await _store.SettleAsync();

        await EnqueueAsync(queue, "a", "b", "c");

        Assert.Equal(["a", "b", "c"], Bodies(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_wait_ends_empty_when_its_time_is_over_and_not_before()
    {
        var queue = await OpenAsync();
        var waiting = queue.ReceiveAsync(1, LongLease, Tick * 3).AsTask();
        await _store.SettleAsync();
        await _store.AdvanceAsync(Tick);
        Assert.False(waiting.IsCompleted, "The receive ended before its time.");

        await AdvanceUntilAsync(waiting);

        Assert.Empty(await waiting);
        await EnqueueAsync(queue, "a");
        Assert.Equal("a", Body(await TakeAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_message_that_comes_due()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("later", delay: Tick * 2), Message("much later", delay: TimeSpan.FromDays(1))]);
        var waiting = WaitForOneAsync(queue);

        await AdvanceUntilAsync(waiting);

        Assert.Equal("later", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_message_that_comes_due_sooner_than_those_it_knew()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync(Message("much later", delay: TimeSpan.FromDays(1)));
        var waiting = WaitForOneAsync(queue);
        await _store.SettleAsync();
        await queue.EnqueueAsync(Message("sooner", delay: Tick));

        await AdvanceUntilAsync(waiting);

        Assert.Equal("sooner", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_lease_that_runs_out()
    {
        var (dies, waits) = await OpenTwiceAsync();
        await EnqueueAsync(dies, "a");
        await TakeShortAsync(dies, Tick);
        var waiting = WaitForOneAsync(waits);

        await AdvanceUntilAsync(waiting);

        Assert.Equal(1, (await waiting).Crashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_last_crash_that_frees_an_ordering_key()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);
        await TakeShortAsync(queue, Tick);
        var waiting = WaitForOneAsync(queue);

        await AdvanceUntilAsync(waiting);

        Assert.Equal("2", Body(await waiting));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.Fail)]
    [InlineData(ReceiptCall.Defer)]
    [InlineData(ReceiptCall.Return)]
    public async Task A_waiting_receive_is_woken_by_a_message_that_is_given_up(ReceiptCall call)
    {
        var (holder, waits) = await OpenTwiceAsync();
        await EnqueueAsync(holder, "a");
        var held = await TakeAsync(holder);
        var waiting = WaitForOneAsync(waits);
        await _store.SettleAsync();

        await CallAsync(holder, call, held.Receipt);

        Assert.Equal("a", Body(await waiting));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.Complete)]
    [InlineData(ReceiptCall.DeadLetter)]
    public async Task A_waiting_receive_is_woken_by_the_end_of_the_message_before_it(ReceiptCall call)
    {
        var (holder, waits) = await OpenTwiceAsync();
        await holder.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);
        var held = await TakeAsync(holder);
        var waiting = WaitForOneAsync(waits);
        await _store.SettleAsync();

        await CallAsync(holder, call, held.Receipt);

        Assert.Equal("2", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_redrive()
    {
        var (holder, waits) = await OpenTwiceAsync();
        await EnqueueDeadAsync(holder, "a");
        var waiting = WaitForOneAsync(waits);
        await _store.SettleAsync();

        await holder.DeadLetters.RedriveAsync(DeadLetterFilter.All);

        Assert.Equal("a", Body(await waiting));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_waiting_receive_is_woken_when_a_dead_letter_unblocks_its_ordering_key(bool redrive)
    {
        var queue = await OpenAsync(new QueueOptions { DeadLetterBlocksOrderingKey = true });
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k")]);
        await RejectAsync(queue, await TakeAsync(queue));
        var waiting = WaitForOneAsync(queue);
        await _store.SettleAsync();
        Assert.False(waiting.IsCompleted, "The key was not blocked.");

        await (redrive ? queue.DeadLetters.RedriveAsync(DeadLetterFilter.All) : queue.DeadLetters.DiscardAsync(DeadLetterFilter.All));

        Assert.Equal(redrive ? "1" : "2", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_follow_up()
    {
        var queues = await OpenQueuesAsync(new QueueOptions(), new QueueOptions());
        await EnqueueAsync(queues[0], "a");
        var held = await TakeAsync(queues[0]);
        var waiting = WaitForOneAsync(queues[1]);
        await _store.SettleAsync();

        await queues[0].CompleteAsync(held.Receipt, [Follow(queues[1], Message("next"))]);

        Assert.Equal("next", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_waiting_receive_is_woken_by_a_producer_that_waited_for_room()
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 1, WhenFull = QueueFullMode.Wait });
        await EnqueueAsync(queue, "a");
        var held = await TakeAsync(queue);
        var producer = queue.EnqueueAsync(Message("b")).AsTask();
        var waiting = WaitForOneAsync(queue);
        await _store.SettleAsync();

        await CompleteAsync(queue, held);

        await producer;
        Assert.Equal("b", Body(await waiting));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task One_message_wakes_one_of_those_that_wait_and_a_batch_as_many_as_it_feeds()
    {
        var (first, second) = await OpenTwiceAsync();
        var waiting = new List<Task<ReceivedMessage>>();
        for (var i = 0; i < 6; i++)
        {
            waiting.Add(WaitForOneAsync(i % 2 == 0 ? first : second));
        }

        await _store.SettleAsync();
        await EnqueueAsync(first, "0");
        var woken = await Task.WhenAny(waiting);
        waiting.Remove(woken);
        Assert.All(waiting, task => Assert.False(task.IsCompleted, "One message was given to two."));

        await EnqueueAsync(second, "1", "2", "3", "4", "5");
        var rest = await Task.WhenAll(waiting);

        Assert.Equal(["0", "1", "2", "3", "4", "5"], Bodies([await woken, .. rest]).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_that_a_small_receive_leaves_wakes_the_next_that_waits()
    {
        var queue = await OpenAsync();
        var one = WaitForOneAsync(queue);
        await _store.SettleAsync();
        var many = queue.ReceiveAsync(10, LongLease, Timeout.InfiniteTimeSpan).AsTask();
        await _store.SettleAsync();

        await EnqueueAsync(queue, "a", "b", "c");
        await EnqueueAsync(queue, "d");

        var received = new List<string>(Bodies([await one, .. await many]));
        received.AddRange(Bodies(await TakeAllAsync(queue)));
        Assert.Equal(["a", "b", "c", "d"], received.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_that_waited_holds_its_lease_from_the_delivery_on()
    {
        var queue = await OpenAsync();
        var waiting = queue.ReceiveAsync(1, Tick * 2, Timeout.InfiniteTimeSpan).AsTask();
        await _store.AdvanceAsync(Tick * 3);
        await EnqueueAsync(queue, "a");
        var received = Assert.Single(await waiting);

        await _store.AdvanceAsync(Tick);

        await CompleteAsync(queue, received);
    }

    private static async Task<ReceivedMessage> WaitForOneAsync(IQueue queue) =>
        Assert.Single(await queue.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan));

    /// <summary>Moves the time on until a call ends, bounded by the number of steps.</summary>
    private async Task AdvanceUntilAsync(Task call)
    {
        for (var step = 0; step < 200 && !call.IsCompleted; step++)
        {
            await _store.AdvanceAsync(Tick);
            await Task.Yield();
        }

        // What ended the call may still have to be scheduled; the limit only keeps a call that never ends from hanging the test.
        await Task.WhenAny(call, Task.Delay(HangLimit));
        Assert.True(call.IsCompleted, "The call does not end, however much time passes.");
    }
}
