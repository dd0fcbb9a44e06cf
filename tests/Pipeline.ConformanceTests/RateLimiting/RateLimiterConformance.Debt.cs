using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task An_estimate_above_the_limit_is_clamped_and_the_rest_becomes_debt(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var request = Estimate(key, rule, 1_000);

        var granted = await TakeAsync(limiter, request);
        Assert.Equal((0L, 10L), (granted.Remaining, granted.Reservation!.Request.Dimensions[0].Cost));
        Assert.True(await limiter.SettleAsync(granted.Reservation, 25), "The reservation could not be settled.");

        await AssertDebtAsync(limiter, key, rule, debt: 15);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task What_a_settlement_charges_beyond_the_limit_is_debt_that_later_requests_wait_for(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var held = await ReserveAsync(limiter, Estimate(key, rule, 4));
        await TakeAsync(limiter, Cost(key, rule, 5));

        Assert.True(await limiter.SettleAsync(held, 20), "The reservation could not be settled.");

        await AssertDebtAsync(limiter, key, rule, debt: 15);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task What_is_given_back_pays_debt_first(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var (much, little) = (await ReserveAsync(limiter, Estimate(key, rule, 6)), await ReserveAsync(limiter, Estimate(key, rule, 4)));
        await limiter.SettleAsync(little, 8);
        await AssertRemainingAsync(0, limiter, key, rule);

        await limiter.SettleAsync(much, 3);
        await AssertRemainingAsync(0, limiter, key, rule);
        var denied = await AssertDeniedAsync(limiter, Cost(key, rule));

        if (CanPass(kind))
        {
            await _store.AdvanceAsync(denied.ResetAfter);
            await AssertRemainingAsync(10, limiter, key, rule);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task Debt_of_any_size_overflows_nothing(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, RateLimitRule.MaxLimit);
        var key = UniqueKey();
        var held = new[]
        {
            await ReserveAsync(limiter, Estimate(key, rule, 1)), await ReserveAsync(limiter, Estimate(key, rule, 0)),
            await ReserveAsync(limiter, Estimate(key, rule, 7)),
            await ReserveAsync(limiter, Estimate(key, rule, 5)),
        };

        foreach (var (reservation, cost) in held.Zip([RateLimitRule.MaxCharge, long.MaxValue, RateLimitRule.MaxCharge + 1, 2]))
        {
            Assert.True(await limiter.SettleAsync(reservation, cost), "The reservation could not be settled.");
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule));
            Assert.Equal(0, denied.Remaining);
            Assert.True(denied.ResetAfter >= denied.RetryAfter, "The whole limit is there sooner than a part of it.");
        }

        await limiter.ResetAsync(key, rule);
        await AssertRemainingAsync(RateLimitRule.MaxLimit, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_settlement_beyond_the_most_that_is_counted_counts_as_this_much()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, RateLimitRule.MaxLimit, TimeSpan.FromMilliseconds(1));
        var key = UniqueKey();
        var held = new[] { await ReserveAsync(limiter, Estimate(key, rule, 3)), await ReserveAsync(limiter, Estimate(key, rule, 3)) };

        foreach (var reservation in held)
        {
            Assert.True(await limiter.SettleAsync(reservation, long.MaxValue), "The reservation could not be settled.");
        }

        // 2^53 - 1 at 10^12 a millisecond, whatever was settled beyond.
        var most = TimeSpan.FromTicks((long)Ceiling((Int128)RateLimitRule.MaxCharge * TimeSpan.TicksPerMillisecond, RateLimitRule.MaxLimit));
        var denied = await AssertDeniedAsync(limiter, Cost(key, rule, RateLimitRule.MaxLimit));
        AssertTime(most, denied.RetryAfter);
        AssertTime(most, denied.ResetAfter);
        await _store.AdvanceAsync(denied.RetryAfter);
        await TakeAsync(limiter, Cost(key, rule, RateLimitRule.MaxLimit));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_wait_of_any_length_can_be_told()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(10, 1, RateLimitRule.MaxWindow);
        var key = UniqueKey();
        await limiter.SettleAsync(await ReserveAsync(limiter, Estimate(key, rule, 10)), long.MaxValue);

        var denied = await AssertDeniedAsync(limiter, Cost(key, rule));

        Assert.Equal((TimeSpan.MaxValue, TimeSpan.MaxValue), (denied.RetryAfter, denied.ResetAfter));
    }

    /// <summary>A rule of 10 a window is in debt: a window is rid of it when it has passed, a bucket pays it off.</summary>
    private async Task AssertDebtAsync(IRateLimiter limiter, string key, RateLimitRule rule, int debt)
    {
        foreach (var cost in new[] { 0, 1, 10 })
        {
            Assert.Equal(0, (await AssertDeniedAsync(limiter, Cost(key, rule, cost))).Remaining);
        }

        var denied = await AssertDeniedAsync(limiter, Cost(key, rule));
        if (rule.Kind == RateLimitRuleKind.TokenBucket)
        {
            AssertTime(rule.Window * (debt + 1) / 10, denied.RetryAfter);
            AssertTime(rule.Window * (debt + 10) / 10, denied.ResetAfter);
        }
        else if (!CanPass(rule.Kind))
        {
            return;
        }
        else if (rule.Kind != RateLimitRuleKind.SlidingWindow)
        {
            var now = await _store.GetServerTimeAsync();
            AssertTime(rule.GetWindowAt(now).End - now, denied.RetryAfter);
        }
        else
        {
            AssertTime(rule.Window, Longest(rule.Window), denied.RetryAfter);
        }

        await _store.AdvanceAsync(denied.RetryAfter);
        await TakeAsync(limiter, Cost(key, rule));
        if (rule.Kind != RateLimitRuleKind.TokenBucket)
        {
            await TakeAsync(limiter, Cost(key, rule, 9));
        }
    }
}
