using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_rule_grants_up_to_its_limit_and_then_denies(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = (await BeginAsync(kind, 5)).Named("five");
        var request = Cost(UniqueKey(), rule);

        for (var left = 4; left >= 0; left--)
        {
            var granted = await TakeAsync(limiter, request);
            Assert.Equal((rule, 0, 5L, left), (granted.Rule, granted.DimensionIndex, granted.Limit, granted.Remaining));
            Assert.True(granted.ResetAfter > TimeSpan.Zero, "What was taken is not missing for any time.");
        }

        var denied = await AssertDeniedAsync(limiter, request);
        Assert.Equal((rule, 0, 5L, 0L), (denied.Rule, denied.DimensionIndex, denied.Limit, denied.Remaining));
        Assert.True(denied.ResetAfter >= denied.RetryAfter, "The whole limit is there sooner than a part of it.");
        var thrown = Assert.Throws<RateLimitRejectedException>(denied.ThrowIfDenied);
        Assert.Equal(("five", denied.RetryAfter), (thrown.RuleName, thrown.RetryAfter));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task Costs_are_weights(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();

        Assert.Equal(7, (await TakeAsync(limiter, Cost(key, rule, 3))).Remaining);
        Assert.Equal(3, (await TakeAsync(limiter, Cost(key, rule, 4))).Remaining);
        Assert.Equal(3, (await AssertDeniedAsync(limiter, Cost(key, rule, 4))).Remaining);
        Assert.Equal(0, (await TakeAsync(limiter, Cost(key, rule, 3))).Remaining);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task The_whole_limit_can_be_had_at_once(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 1_000);
        var key = UniqueKey();

        Assert.Equal(0, (await TakeAsync(limiter, Cost(key, rule, 1_000))).Remaining);

        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_denial_costs_nothing(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 6));
        var first = await AssertDeniedAsync(limiter, Cost(key, rule, 5));

        for (var i = 0; i < 20; i++)
        {
            var again = await AssertDeniedAsync(limiter, Cost(key, rule, 5));
            Assert.Equal(4, again.Remaining);
            AssertTime(first.RetryAfter, again.RetryAfter);
            AssertTime(first.ResetAfter, again.ResetAfter);
        }

        await TakeAsync(limiter, Cost(key, rule, 4));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_cost_of_zero_takes_nothing_and_is_granted_while_at_least_one_remains(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 2);
        var key = UniqueKey();

        for (var i = 0; i < 5; i++)
        {
            var untouched = await TakeAsync(limiter, Cost(key, rule, 0));
            Assert.Equal((2L, TimeSpan.Zero), (untouched.Remaining, untouched.ResetAfter));
        }

        await TakeAsync(limiter, Cost(key, rule, 1));
        Assert.Equal(1, (await TakeAsync(limiter, Cost(key, rule, 0))).Remaining);
        await TakeAsync(limiter, Cost(key, rule, 1));

        var zero = await AssertDeniedAsync(limiter, Cost(key, rule, 0));
        var one = await AssertDeniedAsync(limiter, Cost(key, rule, 1));
        AssertTime(one.RetryAfter, zero.RetryAfter);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task After_RetryAfter_and_no_more_the_request_is_granted(RateLimitRuleKind kind)
    {
        foreach (var cost in new[] { 0, 1, 2, 4, 7 })
        {
            if (!CanPass(kind))
            {
                return;
            }

            var limiter = await OpenAsync();
            var rule = await BeginAsync(kind, 7);
            var key = UniqueKey();
            foreach (var taken in new[] { 1, 3, 1, 2 })
            {
                await TakeAsync(limiter, Cost(key, rule, taken));
                await _store.AdvanceAsync(Tick / 4);
            }

            // A bucket gains while it is drunk from.
            while ((await limiter.AcquireAsync(Cost(key, rule))).IsGranted)
            {
            }

            var denied = await AssertDeniedAsync(limiter, Cost(key, rule, cost));
            await _store.AdvanceAsync(denied.RetryAfter);

            await TakeAsync(limiter, Cost(key, rule, cost));
        }
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task After_ResetAfter_the_whole_limit_is_available(RateLimitRuleKind kind)
    {
        if (!CanPass(kind))
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 7);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 4));
        await _store.AdvanceAsync(Tick / 2);
        var last = await TakeAsync(limiter, Cost(key, rule, 2));

        await _store.AdvanceAsync(last.ResetAfter);

        var whole = await limiter.PeekAsync(Cost(key, rule, 7));
        Assert.Equal((true, 7L, TimeSpan.Zero), (whole.IsGranted, whole.Remaining, whole.ResetAfter));
        await TakeAsync(limiter, Cost(key, rule, 7));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task What_is_denied_now_can_be_had_later_and_so_again_and_again(RateLimitRuleKind kind)
    {
        if (!CanPass(kind))
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 3);
        var key = UniqueKey();
        for (var round = 0; round < 5; round++)
        {
            await TakeAsync(limiter, Cost(key, rule, 3));
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule, 3));
            await _store.AdvanceAsync(denied.RetryAfter);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Without_a_limit_everything_is_granted_and_nothing_kept()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();

        foreach (var cost in new[] { 0, 1, long.MaxValue, long.MaxValue })
        {
            Assert.Equal(RateLimitDecision.Unlimited, await TakeAsync(limiter, Cost(key, RateLimitRule.Unlimited, cost)));
            Assert.Equal(RateLimitDecision.Unlimited, await TakeAsync(limiter, Estimate(key, RateLimitRule.Unlimited, cost)));
            Assert.Equal(RateLimitDecision.Unlimited, await limiter.PeekAsync(Cost(key, RateLimitRule.Unlimited, cost)));
        }

        await limiter.ResetAsync(key, RateLimitRule.Unlimited);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_grant_holds_something_only_if_there_is_something_to_settle_or_to_give_back(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);

        var fixedCost = await limiter.AcquireAsync(Cost(UniqueKey(), rule, 2));
        Assert.Equal(kind == RateLimitRuleKind.Concurrency, fixedCost.Reservation is not null);
        Assert.Null((await limiter.AcquireAsync(Cost(UniqueKey(), rule, 0))).Reservation);
        if (kind != RateLimitRuleKind.Concurrency)
        {
            Assert.NotNull((await limiter.AcquireAsync(Estimate(UniqueKey(), rule, 2))).Reservation);
            Assert.NotNull((await limiter.AcquireAsync(Estimate(UniqueKey(), rule, 0))).Reservation);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reservation_knows_its_request_and_has_an_id_of_its_own()
    {
        var limiter = await OpenAsync();
        var request = new RateLimitRequest(
            new RateLimitDimension(UniqueKey(), RateLimitRule.SlidingWindow(10, Window)),
            RateLimitDimension.Estimate(UniqueKey(), RateLimitRule.TokenBucket(10, Window), 50));

        var first = await ReserveAsync(limiter, request);
        await limiter.SettleAsync(first, 1);
        await _store.AdvanceAsync(Window);
        var second = await ReserveAsync(limiter, request);

        Assert.Equal(request.Dimensions.ToArray(), first.Request.Dimensions.ToArray());
        Assert.Equal([1L, 10L], first.Request.Dimensions.ToArray().Select(dimension => dimension.Cost));
        Assert.False(first.IsDegraded, "The backend answered, and the reservation says that it is degraded.");
        Assert.NotEqual(first.Id, second.Id);
    }
}
