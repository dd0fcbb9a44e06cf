using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task The_smallest_limit_grants_one_at_a_time(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 1);
        var request = Cost(UniqueKey(), rule);
        for (var i = 0; i < (CanPass(kind) ? 3 : 1); i++)
        {
            Assert.Equal(0, (await TakeAsync(limiter, request)).Remaining);
            var denied = await AssertDeniedAsync(limiter, request);
            if (CanPass(kind))
            {
                await _store.AdvanceAsync(denied.RetryAfter);
            }
        }
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task The_greatest_limit_and_cost_are_counted_exactly(RateLimitRuleKind kind)
    {
        const long Most = RateLimitRule.MaxLimit;
        var limiter = await OpenAsync();

        // A bucket of this rate gains many units between two calls of a real server.
        var rule = kind == RateLimitRuleKind.TokenBucket ? RateLimitRule.TokenBucket(Most, 1, RateLimitRule.MaxWindow) : await BeginAsync(kind, Most);
        var key = UniqueKey();

        Assert.Equal(Most - 1, (await TakeAsync(limiter, Cost(key, rule, 1))).Remaining);
        Assert.Equal(Most - 1, (await AssertDeniedAsync(limiter, Cost(key, rule, Most))).Remaining);
        Assert.Equal(1, (await TakeAsync(limiter, Cost(key, rule, Most - 2))).Remaining);
        Assert.Equal(1, (await AssertDeniedAsync(limiter, Cost(key, rule, 2))).Remaining);
        Assert.Equal(0, (await TakeAsync(limiter, Cost(key, rule, 1))).Remaining);
        await AssertDeniedAsync(limiter, Cost(key, rule, Most));
        if (CanPass(kind) && kind != RateLimitRuleKind.TokenBucket)
        {
            await PassAsync(rule);
            await TakeAsync(limiter, Cost(key, rule, Most));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_greatest_refill_in_the_shortest_period_is_exact()
    {
        if (_store.ClockTolerance != TimeSpan.Zero)
        {
            return;
        }

        const long Most = RateLimitRule.MaxLimit;
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(Most, RateLimitRule.MinWindow);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, Most));
        for (var i = 0; i < 10; i++)
        {
            var cost = (Most / 10) - i;
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule, Most / 10));
            await _store.AdvanceAsync(denied.RetryAfter);
            await TakeAsync(limiter, Cost(key, rule, cost));
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.SlidingWindow, 1)]
    [InlineData(RateLimitRuleKind.SlidingWindow, 1_000_000)]
    [InlineData(RateLimitRuleKind.TokenBucket, 1)]
    [InlineData(RateLimitRuleKind.FixedWindow, 1)]
    [InlineData(RateLimitRuleKind.Concurrency, 1)]
    public async Task The_shortest_window_passes_in_a_millisecond(RateLimitRuleKind kind, long limit)
    {
        var limiter = await OpenAsync();
        var rule = OfWindow(kind, limit, RateLimitRule.MinWindow);
        var key = UniqueKey();
        for (var i = 0; i < 5; i++)
        {
            await TakeAsync(limiter, Cost(key, rule, limit));
            if (_store.ClockTolerance == TimeSpan.Zero)
            {
                var denied = await AssertDeniedAsync(limiter, Cost(key, rule));
                AssertTime(TimeSpan.Zero, Longest(rule.Window), denied.RetryAfter);
            }

            await _store.AdvanceAsync(rule.Window * 2);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.SlidingWindow, 10)]
    [InlineData(RateLimitRuleKind.SlidingWindow, 10_000_000)]
    [InlineData(RateLimitRuleKind.TokenBucket, 10)]
    [InlineData(RateLimitRuleKind.FixedWindow, 10)]
    [InlineData(RateLimitRuleKind.Concurrency, 10)]
    public async Task The_longest_window_lasts_366_days(RateLimitRuleKind kind, long limit)
    {
        var limiter = await OpenAsync();
        var rule = OfWindow(kind, limit, RateLimitRule.MaxWindow);
        await BeginAsync(rule, Window);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, limit));

        var now = await _store.GetServerTimeAsync();
        var denied = await AssertDeniedAsync(limiter, Cost(key, rule, limit));
        var (least, most) = kind switch
        {
            RateLimitRuleKind.FixedWindow => (rule.GetWindowAt(now).End - now, rule.GetWindowAt(now).End - now),
            RateLimitRuleKind.SlidingWindow => (rule.Window, Longest(rule.Window)),
            _ => (rule.Window, rule.Window),
        };
        AssertTime(least, most, denied.RetryAfter);
        if (_store.CannotMoveTime is null)
        {
            await _store.AdvanceAsync(least - Tick);
            await AssertDeniedAsync(limiter, Cost(key, rule, limit));
            await _store.AdvanceAsync(most - least + Tick);
            await TakeAsync(limiter, Cost(key, rule, limit));
        }
    }

    private static RateLimitRule OfWindow(RateLimitRuleKind kind, long limit, TimeSpan window) => kind switch
    {
        RateLimitRuleKind.SlidingWindow => RateLimitRule.SlidingWindow(limit, window),
        RateLimitRuleKind.TokenBucket => RateLimitRule.TokenBucket(limit, window),
        RateLimitRuleKind.FixedWindow => RateLimitRule.FixedWindow(limit, window),
        _ => RateLimitRule.Concurrency(limit, window),
    };
}
