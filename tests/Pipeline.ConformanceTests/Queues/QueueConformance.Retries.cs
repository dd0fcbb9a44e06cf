using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_failed_message_comes_again_with_its_failure_counted()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await FailAsync(queue, await TakeAsync(queue));

        var again = await TakeAsync(queue);

        Assert.Equal((2, 1, 0), (again.Deliveries, again.Failures, again.Crashes));
        Assert.Equal(1, (await queue.GetStatsAsync()).TotalFailures);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_failed_message_waits_for_its_delay()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await FailAsync(queue, await TakeAsync(queue), Tick * 2);

        Assert.Equal(1, (await queue.GetStatsAsync()).Delayed);
        await _store.AdvanceAsync(Tick);
        await AssertNothingReadyAsync(queue);
        await RunOutAsync();

        Assert.Equal(1, (await TakeAsync(queue)).Failures);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_last_failure_makes_a_dead_letter_at_once_whatever_its_delay()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        await EnqueueAsync(queue, "a");
        await FailAsync(queue, await TakeAsync(queue));
        await FailAsync(queue, await TakeAsync(queue), Tick);

        Assert.Equal((0, 0, 1), await ReadyLeasedDeadAsync(queue));
        Assert.Equal(0, (await queue.GetStatsAsync()).Delayed);
        await _store.AdvanceAsync(Tick * 2);
        await AssertNothingReadyAsync(queue);
        Assert.Equal(DeadLetterReason.Exhausted, (await LetterAsync(queue)).Reason);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_last_crash_makes_a_dead_letter()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await EnqueueAsync(queue, "a");
        await TakeShortAsync(queue, Tick);
        var from = await _store.GetServerTimeAsync();

        await RunOutAsync();

        await AssertNothingReadyAsync(queue);
        var until = await _store.GetServerTimeAsync();
        var letter = await LetterAsync(queue);
        Assert.Equal((DeadLetterReason.Exhausted, 1, 0, 1), (letter.Reason, letter.Deliveries, letter.Failures, letter.Crashes));
        var attempt = Assert.Single(letter.Attempts);
        Assert.Equal((1, AttemptOutcome.Crashed), (attempt.Delivery, attempt.Outcome));
        Assert.Null(attempt.Error);
        AssertTime(from, until, attempt.At);
        AssertTime(from, until, letter.DeadAt);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Failures_and_crashes_together_reach_the_maximum()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 3 });
        await EnqueueAsync(queue, "a");
        await FailAsync(queue, await TakeAsync(queue));
        await TakeShortAsync(queue, Tick);
        await RunOutAsync();
        await FailAsync(queue, await TakeAsync(queue));

        var letter = await LetterAsync(queue);

        Assert.Equal((3, 2, 1), (letter.Deliveries, letter.Failures, letter.Crashes));
        Assert.Equal(
            [AttemptOutcome.Failed, AttemptOutcome.Crashed, AttemptOutcome.Failed], letter.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal([1, 2, 3], letter.Attempts.Select(attempt => attempt.Delivery));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_message_may_have_a_maximum_of_its_own()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        await queue.EnqueueAsync([Message("one", maxDeliveries: 1), Message("three", maxDeliveries: 3), Message("the queue's")]);

        for (var round = 0; round < 2; round++)
        {
            foreach (var received in await TakeAllAsync(queue))
            {
                await FailAsync(queue, received);
            }
        }

        Assert.Equal(["one", "the queue's"], Bodies(await LettersAsync(queue)));
        var left = await TakeAsync(queue);
        Assert.Equal(("three", 3, 2), (Body(left), left.MaxDeliveries, left.Failures));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deferred_message_is_charged_nothing_however_often()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await EnqueueAsync(queue, "a");
        for (var i = 0; i < 5; i++)
        {
            await DeferAsync(queue, await TakeAsync(queue));
        }

        var received = await TakeAsync(queue);

        Assert.Equal((1, 0, 0), (received.Deliveries, received.Failures, received.Crashes));
        Assert.Equal(0, (await queue.GetStatsAsync()).TotalFailures);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deferred_message_waits_for_its_delay()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await DeferAsync(queue, await TakeAsync(queue), Tick * 2);

        await _store.AdvanceAsync(Tick);
        await AssertNothingReadyAsync(queue);
        Assert.Equal(1, (await queue.GetStatsAsync()).Delayed);
        await RunOutAsync();

        Assert.Equal(1, (await TakeAsync(queue)).Deliveries);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_returned_message_is_charged_nothing_and_is_the_next()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 1 });
        await EnqueueAsync(queue, "a", "b", "c");
        for (var i = 0; i < 5; i++)
        {
            await ReturnAsync(queue, await TakeAsync(queue));
        }

        var received = await TakeAllAsync(queue);

        Assert.Equal(["a", "b", "c"], Bodies(received));
        Assert.All(received, one => Assert.Equal((1, 0, 0), (one.Deliveries, one.Failures, one.Crashes)));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(ReceiptCall.Fail)]
    [InlineData(ReceiptCall.Defer)]
    public async Task A_retry_goes_to_the_end_of_the_line(ReceiptCall call)
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "poison", "b", "c");

        Assert.Empty(await CallAsync(queue, call, (await TakeAsync(queue)).Receipt));

        Assert.Equal(["b", "c", "poison"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_poison_that_kills_its_consumers_does_not_block_the_rest()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 3 });
        await EnqueueAsync(queue, "poison", "b", "c");
        await TakeShortAsync(queue, Tick);
        await RunOutAsync();

        Assert.Equal("b", Body(await TakeAsync(queue)));
        Assert.Equal("c", Body(await TakeAsync(queue)));
        Assert.Equal("poison", Body(await TakeAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task One_call_abandons_for_different_reasons()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 2 });
        await EnqueueAsync(queue, "dies", "x");
        await FailAsync(queue, await TakeAsync(queue));
        await CompleteAsync(queue, await TakeAsync(queue));
        await EnqueueAsync(queue, "fails", "deferred", "returned", "waits");
        var all = (await TakeAllAsync(queue)).ToDictionary(Body, one => one.Receipt, StringComparer.Ordinal);

        Assert.Empty(await queue.AbandonAsync(
        [
            QueueAbandonment.Failed(all["dies"], Error()),
            QueueAbandonment.Failed(all["fails"], Error()),
            QueueAbandonment.Deferred(all["deferred"], TimeSpan.Zero),
            QueueAbandonment.Returned(all["returned"]),
            QueueAbandonment.Deferred(all["waits"], TimeSpan.FromDays(1)),
        ]));

        var stats = await queue.GetStatsAsync();
        Assert.Equal((3, 0, 1, 1), (stats.Ready, stats.Leased, stats.Delayed, stats.Dead));
        Assert.Equal(3, stats.TotalFailures);
        var again = await TakeAllAsync(queue);
        Assert.Equal("returned", Body(again[0]));
        Assert.Equal([("deferred", 1, 0), ("fails", 2, 1), ("returned", 1, 0)],
            again.Select(one => (Body(one), one.Deliveries, one.Failures)).OrderBy(one => one.Item1, StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_greatest_delay_is_taken()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("a"), Message("b"), Message("enqueued so", delay: QueueLimits.MaxDelay)]);

        await FailAsync(queue, await TakeAsync(queue), QueueLimits.MaxDelay);
        await DeferAsync(queue, await TakeAsync(queue), QueueLimits.MaxDelay);

        Assert.Equal(3, (await queue.GetStatsAsync()).Delayed);
        await AssertNothingReadyAsync(queue);
    }
}
