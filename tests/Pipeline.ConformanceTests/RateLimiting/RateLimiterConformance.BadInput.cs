using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_default_request_is_refused()
    {
        var limiter = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>("request", async () => await limiter.AcquireAsync(default));
        await Assert.ThrowsAsync<ArgumentException>("request", async () => await limiter.PeekAsync(default));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Null_is_refused_by_every_call()
    {
        var limiter = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentNullException>("reservation", async () => await limiter.SettleAsync(null!, new long[] { 1 }));
        await Assert.ThrowsAsync<ArgumentNullException>("reservation", async () => await limiter.ReleaseAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("reservation", async () => await limiter.RenewAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("rule", async () => await limiter.ResetAsync(UniqueKey(), null!));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_wrong_number_of_costs_and_a_negative_cost_are_refused_and_change_nothing()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(10, Window);
        var (first, second) = (UniqueKey(), UniqueKey());
        var held = await ReserveAsync(limiter, new(RateLimitDimension.Estimate(first, rule, 5), new RateLimitDimension(second, rule, 5)));

        foreach (var costs in new long[][] { [], [1], [1, 1, 1], [-1, 1], [1, -1], [long.MinValue, 0] })
        {
            await Assert.ThrowsAsync<ArgumentException>("actualCosts", async () => await limiter.SettleAsync(held, costs));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("actualCost", async () => await limiter.SettleAsync(held, -1));
        await AssertRemainingAsync(5, limiter, first, rule);
        await AssertRemainingAsync(5, limiter, second, rule);
        Assert.True(await limiter.SettleAsync(held, new long[] { 1, 1 }), "The reservation was ended by a call that was refused.");
        await Assert.ThrowsAsync<ArgumentException>("actualCosts", async () => await limiter.SettleAsync(held, new long[] { 1 }));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_fixed_cost_above_the_limit_is_an_error_of_its_own_and_reaches_no_limiter(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = RuleOf(kind, 10).Named("ten");
        var key = UniqueKey("secret");
        foreach (var cost in new[] { 11, long.MaxValue })
        {
            var error = Assert.Throws<RateLimitCostTooHighException>(() => Cost(key, rule, cost));
            Assert.Equal(("ten", 10L, cost), (error.RuleName, error.Limit, error.Cost));
            Assert.DoesNotContain(key, error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentOutOfRangeException>("cost", () => Cost(key, rule, -1));
        await AssertRemainingAsync(10, limiter, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Costs_are_checked_also_for_a_reservation_that_was_never_made()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(10, Window);
        var unknown = new RateLimitReservation(Guid.NewGuid(), Estimate(UniqueKey(), rule, 1));

        await Assert.ThrowsAsync<ArgumentException>("actualCosts", async () => await limiter.SettleAsync(unknown, ReadOnlyMemory<long>.Empty));
        await Assert.ThrowsAsync<ArgumentException>("actualCosts", async () => await limiter.SettleAsync(unknown, new long[] { -1 }));
    }
}
