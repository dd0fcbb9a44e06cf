using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_before_it_begins_does_nothing()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "held", "ready");
        var held = (await TakeAsync(queue)).Receipt;
        await EnqueueAsync(queue, "x");
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var token = cancellation.Token;
        var before = await queue.GetStatsAsync();

        await AssertCancelledAsync(async () => await queue.EnqueueAsync([Message("a")], token));
        await AssertCancelledAsync(async () => await queue.ReceiveAsync(1, LongLease, TimeSpan.Zero, token));
        await AssertCancelledAsync(async () => await queue.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan, token));
        await AssertCancelledAsync(async () => await queue.CompleteAsync([new QueueCompletion(held)], token));
        await AssertCancelledAsync(async () => await queue.RenewAsync([held], Tick, token));
        await AssertCancelledAsync(async () => await queue.AbandonAsync([QueueAbandonment.Failed(held, Error())], token));
        await AssertCancelledAsync(async () => await queue.DeadLetterAsync([new QueueRejection(held, DeadLetterReason.Unprocessable, Error())], token));
        await AssertCancelledAsync(async () => await queue.GetStatsAsync(token));
        await AssertCancelledAsync(async () => await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, cancellationToken: token));
        await AssertCancelledAsync(async () => await queue.DeadLetters.CountAsync(DeadLetterFilter.All, token));
        await AssertCancelledAsync(async () => await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All, cancellationToken: token));
        await AssertCancelledAsync(async () => await queue.DeadLetters.DiscardAsync(DeadLetterFilter.All, cancellationToken: token));

        Assert.Equal(before with { OldestAge = default }, await queue.GetStatsAsync() with { OldestAge = default });
        await AssertHeldAsync(queue, held);

        static Task AssertCancelledAsync(Func<Task> call) => Assert.ThrowsAnyAsync<OperationCanceledException>(call);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_that_is_cancelled_while_it_waits_leases_nothing_and_takes_no_wake_up_from_others()
    {
        var queue = await OpenAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = queue.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan, cancellation.Token).AsTask();
        await _store.SettleAsync();
        var waiting = WaitForOneAsync(queue);
        await _store.SettleAsync();

        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        await EnqueueAsync(queue, "a");

        Assert.Equal(("a", 1), (Body(await waiting), (await waiting).Deliveries));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_receive_that_is_cancelled_while_a_message_arrives_has_it_or_gives_it_back()
    {
        var (consumer, producer) = await OpenTwiceAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var waiting = consumer.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan, cancellation.Token).AsTask();
            var enqueue = Task.Run(() => EnqueueAsync(producer, $"{i}"));
            var cancel = Task.Run(cancellation.CancelAsync);
            await Task.WhenAll(enqueue, cancel);

            IReadOnlyList<ReceivedMessage> received;
            try
            {
                received = await waiting;
            }
            catch (OperationCanceledException)
            {
                received = await consumer.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan);
            }

            var one = Assert.Single(received);
            Assert.Equal(($"{i}", 1, 0, 0), (Body(one), one.Deliveries, one.Failures, one.Crashes));
            await CompleteAsync(consumer, one);
        }

        Assert.Equal(0, (await producer.GetStatsAsync()).Depth);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_wait_that_ends_while_a_message_arrives_has_it_or_leaves_it()
    {
        var queue = await OpenAsync();
        for (var i = 0; i < Math.Min(20, _store.Repetitions); i++)
        {
            var waiting = queue.ReceiveAsync(1, LongLease, Tick).AsTask();
            var enqueue = Task.Run(() => EnqueueAsync(queue, $"{i}"));
            var advance = Task.Run(async () => await _store.AdvanceAsync(Tick));
            await Task.WhenAll(enqueue, advance);
            await AdvanceUntilAsync(waiting);

            var received = await waiting;
            if (received.Count == 0)
            {
                received = await TakeAllAsync(queue);
            }

            var one = Assert.Single(received);
            Assert.Equal(($"{i}", 1), (Body(one), one.Deliveries));
            await CompleteAsync(queue, one);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_enqueue_that_is_cancelled_while_room_is_made_is_wholly_done_or_not_done()
    {
        var queue = await OpenAsync(WaitsForRoom);
        for (var i = 0; i < _store.Repetitions; i++)
        {
            await EnqueueAsync(queue, "x", "y");
            var held = await TakeAllAsync(queue);
            using var cancellation = new CancellationTokenSource();
            QueueMessage[] batch = [Message("a"), Message("b")];
            var waiting = queue.EnqueueAsync(batch, cancellation.Token).AsTask();
            var complete = Task.Run(() => CompleteAsync(queue, held));
            var cancel = Task.Run(cancellation.CancelAsync);
            await Task.WhenAll(complete, cancel);
            var added = true;
            try
            {
                await waiting;
            }
            catch (OperationCanceledException)
            {
                added = false;
            }

            var received = await TakeAllAsync(queue);
            Assert.Equal(added ? batch.Length : 0, received.Count);
            if (received.Count > 0)
            {
                await CompleteAsync(queue, received);
            }
        }
    }
}
