using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_message_whose_lease_ran_out_comes_again_and_the_crash_is_counted()
    {
        var (first, second) = await OpenTwiceAsync();
        await EnqueueAsync(first, "a");
        var lost = await TakeShortAsync(first, Tick);

        await RunOutAsync();
        var again = await TakeAsync(second);

        Assert.Equal("a", Body(again));
        Assert.Equal((2, 0, 1), (again.Deliveries, again.Failures, again.Crashes));
        Assert.True(again.Receipt.AttemptToken > lost.Receipt.AttemptToken, "The attempt token did not rise.");
        Assert.Equal(lost.EnqueuedAt, again.EnqueuedAt);
        Assert.Equal(1, (await first.GetStatsAsync()).TotalCrashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_ran_out_long_ago_is_one_crash()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        await TakeShortAsync(queue, Tick);

        await _store.AdvanceAsync(Tick * 5);

        Assert.Equal(1, (await TakeAsync(queue)).Crashes);
        Assert.Equal(1, (await queue.GetStatsAsync()).TotalCrashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_holds_until_it_runs_out()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        await TakeShortAsync(queue, Tick * 4);
        await TakeShortAsync(queue, Tick);

        await RunOutAsync();

        Assert.Equal(["b"], Bodies(await TakeAllAsync(queue)));
        await _store.AdvanceAsync(Tick * 3);
        Assert.Equal(["a"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_shortest_and_the_longest_lease_are_taken()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        var longest = await TakeShortAsync(queue, QueueLimits.MaxLease);
        var shortest = await TakeShortAsync(queue, QueueLimits.MinLease);

        await RunOutAsync();

        Assert.Equal([shortest.Receipt], await CallAsync(queue, ReceiptCall.Complete, longest.Receipt, shortest.Receipt));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_refused_renewal_does_not_lengthen_the_lease_of_another()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var stale = await TakeShortAsync(queue, Tick);
        await RunOutAsync();
        await TakeShortAsync(queue, Tick);

        await queue.RenewAsync([stale.Receipt], LongLease);
        await RunOutAsync();

        Assert.Equal(2, (await TakeAsync(queue)).Crashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_makes_the_lease_last_from_then_on_and_charges_nothing()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = await TakeShortAsync(queue, Tick * 2);

        for (var i = 0; i < 3; i++)
        {
            await _store.AdvanceAsync(Tick);
            Assert.Empty(await queue.RenewAsync([held.Receipt], Tick * 2));
        }

        await _store.AdvanceAsync(Tick);
        await AssertNothingReadyAsync(queue);
        Assert.Equal(0, (await queue.GetStatsAsync()).TotalCrashes);
        await CompleteAsync(queue, held);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewed_lease_that_runs_out_is_a_crash_as_any_other()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = await TakeShortAsync(queue, Tick);
        await queue.RenewAsync([held.Receipt], Tick * 2);

        await _store.AdvanceAsync(Tick * 3);

        Assert.Equal([held.Receipt], await CallAsync(queue, ReceiptCall.Complete, held.Receipt));
        Assert.Equal(1, (await TakeAsync(queue)).Crashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_can_shorten_a_lease()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a");
        var held = await TakeAsync(queue);

        Assert.Empty(await queue.RenewAsync([held.Receipt], Tick));
        await RunOutAsync();

        Assert.Equal(1, (await TakeAsync(queue)).Crashes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Tokens_rise_with_each_delivery_whatever_ended_the_one_before()
    {
        var queue = await OpenAsync(new QueueOptions { MaxDeliveries = 100 });
        await EnqueueAsync(queue, "a");
        var tokens = new List<long>();
        foreach (var ending in new[] { ReceiptCall.Fail, ReceiptCall.Defer, ReceiptCall.Return, ReceiptCall.DeadLetter, ReceiptCall.Renew, ReceiptCall.Fail })
        {
            var received = await TakeShortAsync(queue, Tick);
            tokens.Add(received.Receipt.AttemptToken);
            if (ending == ReceiptCall.Renew)
            {
                await RunOutAsync();
                continue;
            }

            Assert.Empty(await CallAsync(queue, ending, received.Receipt));
            await queue.DeadLetters.RedriveAsync(DeadLetterFilter.All);
        }

        tokens.Add((await TakeAsync(queue)).Receipt.AttemptToken);
        Assert.Equal(tokens.Order().Distinct(), tokens);
    }

    private static async Task<(long Ready, long Leased, long Dead)> ReadyLeasedDeadAsync(IQueue queue)
    {
        var stats = await queue.GetStatsAsync();
        return (stats.Ready, stats.Leased, stats.Dead);
    }
}
