using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_dimensions_all_are_taken()
    {
        var limiter = await OpenAsync();
        var (user, tenant) = (UniqueKey("user"), UniqueKey("tenant"));
        var (calls, tokens, slots) =
            (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.TokenBucket(1_000, 1, Window), RateLimitRule.Concurrency(5, Window));

        await TakeAsync(limiter, new(
            new RateLimitDimension(user, calls), new RateLimitDimension(tenant, calls, 2),
            RateLimitDimension.Estimate(tenant, tokens, 300), new RateLimitDimension(tenant, slots, 3)));

        await AssertRemainingAsync(9, limiter, user, calls);
        await AssertRemainingAsync(8, limiter, tenant, calls);
        await AssertRemainingAsync(700, limiter, tenant, tokens);
        await AssertRemainingAsync(2, limiter, tenant, slots);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_request_that_one_dimension_denies_charges_none_wherever_that_one_stands(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var exhausted = await BeginAsync(kind, 2);
        for (var place = 0; place <= 5; place++)
        {
            var keys = Enumerable.Range(0, 6).Select(i => UniqueKey($"k{i}")).ToArray();
            var rules = new[]
            {
                RateLimitRule.SlidingWindow(10, Window), RateLimitRule.TokenBucket(10, Window), RateLimitRule.PerMonth(10),
                RateLimitRule.Concurrency(10, Window), RateLimitRule.SlidingWindow(10_000_000, Window), RateLimitRule.PerDay(10),
            };
            rules[place] = exhausted;
            await TakeAsync(limiter, Cost(keys[place], exhausted, 2));
            var request = new RateLimitRequest([.. keys.Select((key, i) => new RateLimitDimension(key, rules[i], 2))]);

            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(place, (await AssertDeniedAsync(limiter, request)).DimensionIndex);
            }

            for (var i = 0; i < keys.Length; i++)
            {
                await AssertRemainingAsync(i == place ? 0 : rules[i].Limit, limiter, keys[i], rules[i]);
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_denial_names_the_dimension_that_takes_longest_to_recover()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var soon = RateLimitRule.Concurrency(1, Tick * 2);
        var late = RateLimitRule.SlidingWindow(1, Tick * 9).Named("late");
        var middle = RateLimitRule.TokenBucket(1, Tick * 5);
        var free = RateLimitRule.SlidingWindow(100, Tick * 4);
        await TakeAsync(limiter, new(Dimension(soon), Dimension(late), Dimension(middle)));

        var denied = await AssertDeniedAsync(limiter, new(Dimension(free), Dimension(soon), Dimension(middle), Dimension(late)));
        Assert.Equal((3, late, "late"), (denied.DimensionIndex, denied.Rule, denied.Rule.Name));
        AssertTime(Tick * 9, Longest(Tick * 9), denied.RetryAfter);
        Assert.Equal(late, (await AssertDeniedAsync(limiter, new(Dimension(late), Dimension(middle), Dimension(free)))).Rule);
        Assert.Equal(middle, (await AssertDeniedAsync(limiter, new(Dimension(soon), Dimension(middle), Dimension(free)))).Rule);
        Assert.Equal(soon, (await AssertDeniedAsync(limiter, new(Dimension(free), Dimension(soon)))).Rule);

        RateLimitDimension Dimension(RateLimitRule rule) => new(key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_dimensions_that_recover_at_once_a_denial_names_the_first()
    {
        if (_store.ClockTolerance != TimeSpan.Zero)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(1, Window);
        var dimensions = Enumerable.Range(0, 4).Select(i => new RateLimitDimension(UniqueKey($"k{i}"), rule)).ToArray();
        await TakeAsync(limiter, new(dimensions.AsSpan(1)));

        Assert.Equal(1, (await AssertDeniedAsync(limiter, new(dimensions))).DimensionIndex);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task After_RetryAfter_a_request_of_several_dimensions_is_granted()
    {
        var limiter = await OpenAsync();
        var rules = new[]
        {
            RateLimitRule.SlidingWindow(3, Tick * 3), RateLimitRule.TokenBucket(5, 2, Tick * 3), RateLimitRule.FixedWindow(4, Tick * 4),
            RateLimitRule.Concurrency(3, Tick * 2),
        };
        var key = UniqueKey();
        var request = new RateLimitRequest([.. rules.Select(rule => new RateLimitDimension(key, rule, 2))]);
        for (var i = 0; i < 8; i++)
        {
            if (await limiter.AcquireAsync(request) is { IsGranted: false } denied)
            {
                await _store.AdvanceAsync(denied.RetryAfter);
                await TakeAsync(limiter, request);
            }

            await _store.AdvanceAsync(Tick / 3);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_grant_names_the_dimension_with_the_smallest_share_remaining()
    {
        var limiter = await OpenAsync();
        var (ten, hundred, thousand) =
            (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.SlidingWindow(100, Window), RateLimitRule.SlidingWindow(1_000, Window));

        // 8 of 10, 85 of 100, 795 of 1,000.
        Assert.Equal((2, 795L), await NamedAsync((ten, 2), (hundred, 15), (thousand, 205)));
        Assert.Equal((0, 7L), await NamedAsync((ten, 3), (hundred, 29), (thousand, 299)));
        Assert.Equal((1, 69L), await NamedAsync((ten, 3), (hundred, 31), (thousand, 309)));
        Assert.Equal((0, 70L), await NamedAsync((hundred, 30), (ten, 3), (thousand, 300)));
        Assert.Equal((2, 10L), await NamedAsync((RateLimitRule.Unlimited, 1_000_000), (RateLimitRule.Unlimited, 1), (ten, 0)));

        async Task<(int, long)> NamedAsync(params (RateLimitRule Rule, long Cost)[] costs)
        {
            var request = new RateLimitRequest([.. costs.Select(one => new RateLimitDimension(UniqueKey(), one.Rule, one.Cost))]);
            var granted = await TakeAsync(limiter, request);
            Assert.Equal(costs[granted.DimensionIndex].Rule, granted.Rule);
            return (granted.DimensionIndex, granted.Remaining);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Shares_of_the_greatest_limits_are_compared_exactly()
    {
        var limiter = await OpenAsync();
        const long Most = RateLimitRule.MaxLimit;
        var (great, next) = (RateLimitRule.PerMonth(Most), RateLimitRule.PerMonth(Most - 1));
        await BeginAsync(great, Window);

        var request = new RateLimitRequest(new RateLimitDimension(UniqueKey(), great, 1), new RateLimitDimension(UniqueKey(), next, 1));
        Assert.Equal(1, (await TakeAsync(limiter, request)).DimensionIndex);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Dimensions_without_a_limit_are_passed_over()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(1, Window);
        var off = new RateLimitDimension(UniqueKey(), RateLimitRule.Unlimited, long.MaxValue);
        var request = new RateLimitRequest(off, new RateLimitDimension(UniqueKey(), rule), off);

        var granted = await TakeAsync(limiter, request);
        Assert.Equal((1, 0L), (granted.DimensionIndex, granted.Remaining));
        Assert.Equal(1, (await AssertDeniedAsync(limiter, request)).DimensionIndex);
        Assert.Equal(RateLimitDecision.Unlimited, await TakeAsync(limiter, new(off, off)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_request_can_have_sixteen_dimensions()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var dimensions = Enumerable.Range(1, RateLimitRequest.MaxDimensions)
            .Select(i => new RateLimitDimension(i % 2 == 0 ? key : UniqueKey(), RateLimitRule.SlidingWindow(100 + i, Window * i), i))
            .ToArray();
        var request = new RateLimitRequest(dimensions);

        await TakeAsync(limiter, request);

        foreach (var dimension in dimensions)
        {
            await AssertRemainingAsync(100, limiter, dimension.Key, dimension.Rule);
        }

        await TakeAsync(limiter, Cost(dimensions[^1].Key, dimensions[^1].Rule, 100));
        Assert.Equal(15, (await AssertDeniedAsync(limiter, request)).DimensionIndex);
        await AssertRemainingAsync(100, limiter, dimensions[0].Key, dimensions[0].Rule);
    }
}
