using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    private static readonly QueueOptions WaitsForRoom = new() { Capacity = 2, WhenFull = QueueFullMode.Wait };

    [Fact(Timeout = TimeLimit)]
    public async Task A_full_queue_refuses_and_names_itself_and_its_capacity()
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 2 });
        await EnqueueAsync(queue, "a", "b");

        var full = await Assert.ThrowsAsync<QueueFullException>(async () => await queue.EnqueueAsync(Message("c")));

        Assert.Equal((queue.Definition.Name, 2L), (full.Queue, full.Capacity));
        Assert.Equal(["a", "b"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_is_taken_whole_or_not_at_all()
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 3 });
        await EnqueueAsync(queue, "a", "b");

        await Assert.ThrowsAsync<QueueFullException>(async () => await queue.EnqueueAsync([Message("c", deduplicationKey: "c"), Message("d")]));

        Assert.Equal(2, (await queue.GetStatsAsync()).TotalEnqueued);
        Assert.False((await queue.EnqueueAsync(Message("c", deduplicationKey: "c"))).IsDuplicate);
        Assert.Equal(["a", "b", "c"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_that_could_never_fit_is_an_error_also_where_producers_wait()
    {
        var queue = await OpenAsync(WaitsForRoom);

        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EnqueueAsync([Message("a"), Message("b"), Message("c")]));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Capacity_counts_ready_blocked_leased_and_delayed_and_not_the_dead_or_done()
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 4 });
        await queue.EnqueueAsync([Message("1", key: "k"), Message("2", key: "k"), Message("late", delay: TimeSpan.FromDays(1)), Message("leased", priority: 9)]);
        var leased = await TakeAsync(queue);
        await AssertFullAsync();

        await RejectAsync(queue, leased);
        await queue.EnqueueAsync(Message("in place of the dead", priority: 9));
        await AssertFullAsync();

        await CompleteAsync(queue, await TakeAsync(queue));
        await queue.EnqueueAsync(Message("in place of the done", priority: 9));
        await AssertFullAsync();

        await FailAsync(queue, await TakeAsync(queue), TimeSpan.FromDays(1));
        await AssertFullAsync();

        async Task AssertFullAsync() =>
            await Assert.ThrowsAsync<QueueFullException>(async () => await queue.EnqueueAsync(Message("too many")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Retries_and_redrives_are_never_refused()
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 1, MaxDeliveries = 2 });
        await EnqueueDeadAsync(queue, "dead 1", "dead 2");
        await EnqueueAsync(queue, "a");

        Assert.Equal(2, await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All));
        await FailAsync(queue, await TakeAsync(queue));

        Assert.Equal(3, (await queue.GetStatsAsync()).Ready);
        await Assert.ThrowsAsync<QueueFullException>(async () => await queue.EnqueueAsync(Message("b")));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(QueueFullMode.Refuse)]
    [InlineData(QueueFullMode.Wait)]
    public async Task An_enqueue_that_is_repeated_on_a_full_queue_is_a_duplicate_and_needs_no_room(QueueFullMode mode)
    {
        var queue = await OpenAsync(new QueueOptions { Capacity = 2, WhenFull = mode });
        QueueMessage[] messages = [Message("a"), Message("b", deduplicationKey: "d")];
        await queue.EnqueueAsync(messages);

        Assert.All(await queue.EnqueueAsync(messages), result => Assert.True(result.IsDuplicate));
        Assert.True((await queue.EnqueueAsync(Message("c", deduplicationKey: "d"))).IsDuplicate);

        // A follow-up may fill a queue beyond its capacity.
        await queue.CompleteAsync((await TakeAsync(queue)).Receipt, [Follow(queue, Message("1")), Follow(queue, Message("2"))]);
        Assert.True((await queue.EnqueueAsync(messages[1])).IsDuplicate);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.Complete)]
    [InlineData(ReceiptCall.DeadLetter)]
    [InlineData(ReceiptCall.Fail)]
    public async Task A_producer_that_waits_gets_in_when_there_is_room(ReceiptCall makesRoom)
    {
        var (consumer, producer) = await OpenTwiceAsync(WaitsForRoom with { MaxDeliveries = 1 });
        await EnqueueAsync(consumer, "a", "b");
        var waiting = producer.EnqueueAsync(Message("c")).AsTask();
        await _store.SettleAsync();
        Assert.False(waiting.IsCompleted, "The enqueue did not wait for room.");

        await CallAsync(consumer, makesRoom, (await TakeAsync(consumer)).Receipt);

        Assert.False((await waiting).IsDuplicate);
        Assert.Equal(["b", "c"], Bodies(await TakeAllAsync(consumer)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_producer_that_waits_gets_in_when_a_last_crash_makes_room()
    {
        var queue = await OpenAsync(WaitsForRoom with { MaxDeliveries = 1 });
        await EnqueueAsync(queue, "a", "b");
        await TakeShortAsync(queue, Tick);
        var waiting = queue.EnqueueAsync(Message("c")).AsTask();
        await _store.SettleAsync();

        await AdvanceUntilAsync(waiting);

        Assert.False((await waiting).IsDuplicate);
        Assert.Equal(["b", "c"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Producers_that_wait_are_served_in_their_order_and_batches_whole()
    {
        var queue = await OpenAsync(WaitsForRoom);
        await EnqueueAsync(queue, "a", "b");
        var batch = queue.EnqueueAsync([Message("c"), Message("d")]).AsTask();
        await _store.SettleAsync();
        var single = queue.EnqueueAsync(Message("e")).AsTask();
        await _store.SettleAsync();

        await CompleteAsync(queue, await TakeAsync(queue));
        await _store.SettleAsync();
        Assert.False(batch.IsCompleted, "A batch of two was admitted where there was room for one.");
        Assert.False(single.IsCompleted, "A producer overtook one that waited longer.");
        await CompleteAsync(queue, await TakeAsync(queue));
        await batch;
        Assert.False(single.IsCompleted, "A producer was admitted where there was no room.");
        await CompleteAsync(queue, await TakeAllAsync(queue, 1));
        await single;

        Assert.Equal(["d", "e"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_new_producer_does_not_overtake_those_that_wait()
    {
        var queue = await OpenAsync(WaitsForRoom);
        await EnqueueAsync(queue, "a");
        var batch = queue.EnqueueAsync([Message("b"), Message("c")]).AsTask();
        await _store.SettleAsync();

        var late = queue.EnqueueAsync(Message("late")).AsTask();
        await _store.SettleAsync();

        Assert.False(late.IsCompleted, "A producer took the room that a batch waits for.");
        await CompleteAsync(queue, await TakeAsync(queue));
        await batch;
        await CompleteAsync(queue, await TakeAllAsync(queue, 2));
        await late;
        Assert.Equal(["late"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_producer_whose_message_another_has_added_meanwhile_holds_up_nobody()
    {
        var (first, second) = await OpenTwiceAsync(WaitsForRoom);
        await EnqueueAsync(first, "a", "b");
        QueueMessage original = Message("c", deduplicationKey: "d"), copy = Message("also c", deduplicationKey: "d");
        var adds = first.EnqueueAsync(original).AsTask();
        await _store.SettleAsync();
        var repeats = second.EnqueueAsync(copy).AsTask();
        await _store.SettleAsync();
        var next = first.EnqueueAsync(Message("e")).AsTask();
        await _store.SettleAsync();

        await CompleteAsync(first, await TakeAllAsync(first));

        Assert.False((await adds).IsDuplicate);
        Assert.Equal(new EnqueueResult(original.Id, IsDuplicate: true), await repeats);
        await next;
        Assert.Equal(["c", "e"], Bodies(await TakeAllAsync(second)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_producer_that_is_cancelled_while_it_waits_adds_nothing_and_holds_up_nobody()
    {
        var queue = await OpenAsync(WaitsForRoom);
        await EnqueueAsync(queue, "a", "b");
        using var cancellation = new CancellationTokenSource();
        var cancelled = queue.EnqueueAsync([Message("c"), Message("d")], cancellation.Token).AsTask();
        await _store.SettleAsync();
        var next = queue.EnqueueAsync(Message("e")).AsTask();
        await _store.SettleAsync();
        await CompleteAsync(queue, await TakeAsync(queue));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await next;
        Assert.Equal(["b", "e"], Bodies(await TakeAllAsync(queue)));
    }
}
