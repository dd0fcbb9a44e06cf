using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_counts_until_it_is_given_back()
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = RateLimitRule.Concurrency(2, Window);
        var request = Cost(UniqueKey(), rule);
        await ReserveAsync(first, request);
        var held = await ReserveAsync(second, request);
        await AssertDeniedAsync(first, request);

        Assert.True(await second.ReleaseAsync(held), "The lease was held, and could not be given back.");

        Assert.Equal(0, (await TakeAsync(first, request)).Remaining);
        await AssertDeniedAsync(second, request);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_runs_out_after_its_time_and_not_before()
    {
        var limiter = await OpenAsync();
        var request = Cost(UniqueKey(), RateLimitRule.Concurrency(1, Window));
        var lost = await ReserveAsync(limiter, request);
        await _store.AdvanceAsync(Window - (Tick / 2));
        AssertTime(Tick / 2, (await AssertDeniedAsync(limiter, request)).RetryAfter);

        await _store.AdvanceAsync(Tick / 2);

        Assert.False(await limiter.RenewAsync(lost), "A lease that had run out was extended.");
        Assert.False(await limiter.ReleaseAsync(lost), "A lease that had run out was given back.");
        Assert.False(await limiter.SettleAsync(lost, 1), "A lease that had run out was ended.");
        await TakeAsync(limiter, request);
        await AssertDeniedAsync(limiter, request);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_ran_out_or_was_given_back_can_be_given_back_no_more_and_takes_nothing_from_others()
    {
        var limiter = await OpenAsync();
        var request = Cost(UniqueKey(), RateLimitRule.Concurrency(2, Window));
        var ranOut = await ReserveAsync(limiter, request);
        await _store.AdvanceAsync(Window);
        var givenBack = await ReserveAsync(limiter, request);
        await ReserveAsync(limiter, request);
        Assert.True(await limiter.ReleaseAsync(givenBack), "The lease was held, and could not be given back.");
        await ReserveAsync(limiter, request);

        for (var i = 0; i < 3; i++)
        {
            Assert.False(await limiter.ReleaseAsync(ranOut), "A lease that had run out was given back.");
            Assert.False(await limiter.ReleaseAsync(givenBack), "A lease was given back twice.");
            Assert.False(await limiter.SettleAsync(givenBack, 0), "A lease was given back twice.");
            Assert.False(await limiter.RenewAsync(givenBack), "A lease that was given back was extended.");
        }

        await AssertDeniedAsync(limiter, request);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_makes_a_lease_last_for_its_time_from_then_on()
    {
        var (first, second) = await OpenTwiceAsync();
        var request = Cost(UniqueKey(), RateLimitRule.Concurrency(1, Window));
        var held = await ReserveAsync(first, request);
        for (var i = 0; i < 4; i++)
        {
            await _store.AdvanceAsync(Window / 2);
            Assert.True(await (i % 2 == 0 ? first : second).RenewAsync(held), "The lease was held, and could not be extended.");
            AssertTime(Window, (await AssertDeniedAsync(second, request)).RetryAfter);
        }

        await _store.AdvanceAsync(Window);
        await TakeAsync(second, request);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_extends_all_leases_of_a_reservation_or_none()
    {
        var limiter = await OpenAsync();
        var (shorter, longer) = (RateLimitRule.Concurrency(1, Tick * 2), RateLimitRule.Concurrency(1, Tick * 6));
        var (first, second) = (UniqueKey(), UniqueKey());
        var held = await ReserveAsync(limiter, new(new RateLimitDimension(first, longer), new RateLimitDimension(second, shorter)));
        await _store.AdvanceAsync(Tick);
        Assert.True(await limiter.RenewAsync(held), "Both leases were held, and could not be extended.");
        AssertTime(Tick * 6, (await AssertDeniedAsync(limiter, Cost(first, longer))).RetryAfter);
        AssertTime(Tick * 2, (await AssertDeniedAsync(limiter, Cost(second, shorter))).RetryAfter);

        await _store.AdvanceAsync(Tick * 3);
        await TakeAsync(limiter, Cost(second, shorter));
        Assert.False(await limiter.RenewAsync(held), "One of the leases had run out, and the renewal does not say so.");

        AssertTime(Tick * 3, (await AssertDeniedAsync(limiter, Cost(first, longer))).RetryAfter);
        Assert.True(await limiter.ReleaseAsync(held), "One of the leases was held, and could not be given back.");
        await TakeAsync(limiter, Cost(first, longer));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reservation_without_leases_can_always_be_renewed()
    {
        var limiter = await OpenAsync();
        var held = await ReserveAsync(limiter, Estimate(UniqueKey(), RateLimitRule.SlidingWindow(10, Window), 3));

        Assert.True(await limiter.RenewAsync(held), "A renewal without leases failed.");
        await limiter.SettleAsync(held, 2);
        Assert.True(await limiter.RenewAsync(held), "A renewal without leases failed.");
    }

    [Fact(Timeout = TimeLimit)]
    public async Task RetryAfter_tells_when_enough_leases_run_out_and_ResetAfter_when_all_do()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.Concurrency(6, Window);
        var key = UniqueKey();
        for (var weight = 1; weight <= 3; weight++)
        {
            await TakeAsync(limiter, Cost(key, rule, weight));
            await _store.AdvanceAsync(Tick);
        }

        foreach (var (cost, expected) in new[] { (1, 5), (2, 6), (3, 6), (4, 7), (6, 7) })
        {
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule, cost));
            AssertTime(Tick * expected, denied.RetryAfter);
            AssertTime(Tick * 7, denied.ResetAfter);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Leases_of_different_durations_count_together()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var (shorter, longer) = (RateLimitRule.Concurrency(2, Tick * 2), RateLimitRule.Concurrency(2, Tick * 6));
        await TakeAsync(limiter, Cost(key, longer));
        await TakeAsync(limiter, Cost(key, shorter));

        AssertTime(Tick * 2, (await AssertDeniedAsync(limiter, Cost(key, longer))).RetryAfter);
        await _store.AdvanceAsync(Tick * 2);
        await TakeAsync(limiter, Cost(key, longer));

        AssertTime(Tick * 4, (await AssertDeniedAsync(limiter, Cost(key, shorter))).RetryAfter);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reservation_of_a_lease_and_an_estimate_ends_both(bool isUsageKnown)
    {
        var limiter = await OpenAsync();
        var (tokens, slots) = (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.Concurrency(1, Tick * 2));
        var key = UniqueKey();
        var request = new RateLimitRequest(RateLimitDimension.Estimate(key, tokens, 6), new RateLimitDimension(key, slots));
        var held = await ReserveAsync(limiter, request);

        Assert.True(
            await (isUsageKnown ? limiter.SettleAsync(held, new long[] { 2, 1 }) : limiter.ReleaseAsync(held)), "The reservation could not be ended.");

        await AssertRemainingAsync(1, limiter, key, slots);
        await AssertRemainingAsync(isUsageKnown ? 8 : 4, limiter, key, tokens);
        Assert.False(await limiter.RenewAsync(held), "A lease that was given back was extended.");
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_estimate_can_be_settled_after_the_lease_beside_it_has_run_out()
    {
        var limiter = await OpenAsync();
        var (tokens, slots) = (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.Concurrency(1, Tick * 2));
        var key = UniqueKey();
        var held = await ReserveAsync(limiter, new(RateLimitDimension.Estimate(key, tokens, 6), new RateLimitDimension(key, slots)));
        await _store.AdvanceAsync(Tick * 2);
        await TakeAsync(limiter, Cost(key, slots));

        Assert.True(await limiter.SettleAsync(held, new long[] { 2, 0 }), "The estimate could not be settled.");

        await AssertRemainingAsync(8, limiter, key, tokens);
        await AssertRemainingAsync(0, limiter, key, slots);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reservation_gives_back_its_own_leases_and_no_others()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.Concurrency(10, Window);
        var key = UniqueKey();
        var held = new Dictionary<int, RateLimitReservation>();
        foreach (var weight in new[] { 1, 2, 3, 4 })
        {
            held.Add(weight, await ReserveAsync(limiter, Cost(key, rule, weight)));
        }

        var free = 0;
        foreach (var weight in new[] { 3, 1, 4, 2 })
        {
            Assert.True(await limiter.ReleaseAsync(held[weight]), "The leases were held, and could not be given back.");
            free += weight;
            await AssertRemainingAsync(free, limiter, key, rule);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Who_never_held_a_lease_cannot_give_it_back()
    {
        var limiter = await OpenAsync();
        var request = Cost(UniqueKey(), RateLimitRule.Concurrency(1, Window));
        await ReserveAsync(limiter, request);

        foreach (var foreign in new[] { new RateLimitReservation(Guid.NewGuid(), request), new(Guid.NewGuid(), request, isDegraded: true) })
        {
            Assert.False(await limiter.ReleaseAsync(foreign), "A lease that was never taken was given back.");
            Assert.False(await limiter.SettleAsync(foreign, 1), "A lease that was never taken was ended.");
            Assert.False(await limiter.RenewAsync(foreign), "A lease that was never taken was extended.");
        }

        await AssertDeniedAsync(limiter, request);
    }
}
