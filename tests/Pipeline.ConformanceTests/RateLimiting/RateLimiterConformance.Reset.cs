using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task After_a_reset_the_whole_limit_is_available(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        for (var i = 0; i < 3; i++)
        {
            await TakeAsync(first, Cost(key, rule, 10));
            await second.ResetAsync(key, rule);
            var peeked = await first.PeekAsync(Cost(key, rule, 10));
            Assert.Equal((true, 10L, TimeSpan.Zero), (peeked.IsGranted, peeked.Remaining, peeked.ResetAfter));
        }

        await first.ResetAsync(UniqueKey("never-used"), rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_reset_forgets_debt(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await limiter.SettleAsync(await ReserveAsync(limiter, Estimate(key, rule, 10)), 1_000);

        await limiter.ResetAsync(key, rule);

        await TakeAsync(limiter, Cost(key, rule, 10));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reset_touches_neither_another_key_nor_another_state_of_the_key()
    {
        var limiter = await OpenAsync();
        var (key, other) = (UniqueKey(), UniqueKey());
        var (rule, longer, slots) =
            (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.SlidingWindow(10, Window * 2), RateLimitRule.Concurrency(10, Window));
        await TakeAsync(limiter, new(
            new RateLimitDimension(key, rule, 4), new RateLimitDimension(key, longer, 4), new RateLimitDimension(key, slots, 4),
            new RateLimitDimension(other, rule, 4)));

        // The rule stands for all with its StateId.
        await limiter.ResetAsync(key, RateLimitRule.SlidingWindow(77, Window).Named("another"));

        await AssertRemainingAsync(10, limiter, key, rule);
        await AssertRemainingAsync(6, limiter, key, longer);
        await AssertRemainingAsync(6, limiter, key, slots);
        await AssertRemainingAsync(6, limiter, other, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_reservation_from_before_a_reset_gives_nothing_back(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var (settled, released) = (await ReserveAsync(limiter, Estimate(key, rule, 4)), await ReserveAsync(limiter, Estimate(key, rule, 4)));
        await limiter.ResetAsync(key, rule);
        await TakeAsync(limiter, Cost(key, rule, 6));

        Assert.True(await limiter.SettleAsync(settled, 1), "A reservation could not be ended after a reset.");
        Assert.True(await limiter.ReleaseAsync(released), "A reservation could not be ended after a reset.");

        await AssertRemainingAsync(4, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task A_reservation_from_before_a_reset_gives_nothing_back_to_a_state_that_looks_the_same(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        for (var i = 0; i < 3; i++)
        {
            var old = await ReserveAsync(limiter, Estimate(key, rule, 10));
            await limiter.ResetAsync(key, rule);
            await ReserveAsync(limiter, Estimate(key, rule, 10));

            Assert.True(await limiter.SettleAsync(old, 0), "A reservation could not be ended after a reset.");

            await AssertDeniedAsync(limiter, Cost(key, rule));
            await limiter.ResetAsync(key, rule);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task Debt_of_a_reservation_from_before_a_reset_is_charged(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var old = await ReserveAsync(limiter, Estimate(key, rule, 4));
        await limiter.ResetAsync(key, rule);

        Assert.True(await limiter.SettleAsync(old, 9), "A reservation could not be ended after a reset.");

        await AssertRemainingAsync(5, limiter, key, rule);
        Assert.False(await limiter.SettleAsync(old, 9), "A reservation was ended twice.");
        await AssertRemainingAsync(5, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_from_before_a_reset_is_forgotten_and_cannot_make_the_limit_greater()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.Concurrency(2, Window);
        var key = UniqueKey();
        var (old, older) = (await ReserveAsync(limiter, Cost(key, rule)), await ReserveAsync(limiter, Cost(key, rule)));
        await limiter.ResetAsync(key, rule);
        await TakeAsync(limiter, Cost(key, rule));
        Assert.False(await limiter.RenewAsync(old), "A lease that a reset had forgotten was extended.");
        await TakeAsync(limiter, Cost(key, rule));

        await limiter.ReleaseAsync(old);
        await limiter.SettleAsync(older, 0);

        await AssertDeniedAsync(limiter, Cost(key, rule));
    }
}
