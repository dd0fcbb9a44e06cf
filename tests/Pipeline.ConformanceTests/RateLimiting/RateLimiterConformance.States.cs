using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_key_can_have_a_rule_of_every_kind_and_window_and_each_counts_for_itself()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        RateLimitRule[] rules =
        [
            RateLimitRule.SlidingWindow(10, TimeSpan.FromMinutes(1)), RateLimitRule.SlidingWindow(10, TimeSpan.FromDays(1)),
            RateLimitRule.TokenBucket(10, 1, TimeSpan.FromMinutes(1)), RateLimitRule.TokenBucket(10, 1, TimeSpan.FromDays(1)),
            RateLimitRule.FixedWindow(10, TimeSpan.FromDays(1)), RateLimitRule.FixedWindow(10, TimeSpan.FromDays(7)),
            RateLimitRule.PerDay(10), RateLimitRule.PerMonth(10), RateLimitRule.Concurrency(10, TimeSpan.FromDays(1)),
        ];
        await BeginAsync(RateLimitRule.PerDay(10), Window);

        for (var i = 0; i < rules.Length; i++)
        {
            await TakeAsync(limiter, Cost(key, rules[i], i + 1));
        }

        for (var i = 0; i < rules.Length; i++)
        {
            await AssertRemainingAsync(9 - i, limiter, key, rules[i]);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_rule_a_minute_and_a_rule_a_day_are_taken_together()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var (minute, day) = (RateLimitRule.SlidingWindow(2, Window), RateLimitRule.SlidingWindow(5, Window * 4));
        var request = new RateLimitRequest(new RateLimitDimension(key, minute), new RateLimitDimension(key, day));

        foreach (var more in new[] { 2, 2 })
        {
            for (var i = 0; i < more; i++)
            {
                await TakeAsync(limiter, request);
            }

            Assert.Equal(minute, (await AssertDeniedAsync(limiter, request)).Rule);
            await PassAsync(minute);
        }

        await TakeAsync(limiter, request);
        Assert.Equal(day, (await AssertDeniedAsync(limiter, request)).Rule);
        await AssertRemainingAsync(1, limiter, key, minute);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_changed_limit_goes_on_counting_where_the_old_one_stood(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 6));

        foreach (var (limit, remaining) in new[] { (20, 14), (7, 1), (6, 0), (3, 0), (10_000_000, 9_999_994), (10, 4) })
        {
            await AssertRemainingAsync(remaining, limiter, key, Changed(limit));
        }

        await AssertDeniedAsync(limiter, Cost(key, Changed(8), 3));
        await TakeAsync(limiter, Cost(key, Changed(8), 2));
        await AssertDeniedAsync(limiter, Cost(key, Changed(5), 1));
        await TakeAsync(limiter, Cost(key, Changed(10_000_000), 9_999_992));
        await AssertDeniedAsync(limiter, Cost(key, Changed(9_999_999)));
        if (_store.CannotMoveTime is null)
        {
            await _store.AdvanceAsync((await AssertDeniedAsync(limiter, Cost(key, Changed(10_000_000)))).ResetAfter);
            await TakeAsync(limiter, Cost(key, rule, 10));
        }

        // The refill stays as it was, so that it is only the limit that changed.
        RateLimitRule Changed(long limit) => kind == RateLimitRuleKind.TokenBucket ? RateLimitRule.TokenBucket(limit, 10, Window) : RuleOf(kind, limit);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_changed_refill_goes_on_with_what_the_bucket_holds()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var (slow, fast) = (RateLimitRule.TokenBucket(10, 1, Window), RateLimitRule.TokenBucket(10, 8, Window));
        await TakeAsync(limiter, Cost(key, slow, 10));

        AssertTime(Tick * 2, (await AssertDeniedAsync(limiter, Cost(key, fast, 2))).RetryAfter);
        await _store.AdvanceAsync(Tick * 2);

        await TakeAsync(limiter, Cost(key, fast, 2));
        AssertTime(Window, (await AssertDeniedAsync(limiter, Cost(key, slow, 1))).RetryAfter);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_changed_kind_or_window_begins_anew()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        RateLimitRule[] rules =
        [
            RateLimitRule.SlidingWindow(3, Window), RateLimitRule.SlidingWindow(3, Window + RateLimitRule.MinWindow), RateLimitRule.TokenBucket(3, 1, Window),
            RateLimitRule.TokenBucket(3, 1, Window * 2), RateLimitRule.FixedWindow(3, Window * 1_000), RateLimitRule.FixedWindow(3, Window * 2_000),
            RateLimitRule.PerDay(3), RateLimitRule.PerMonth(3), RateLimitRule.Concurrency(3, Window),
        ];
        await BeginAsync(rules[4], Window);
        foreach (var rule in rules)
        {
            await AssertRemainingAsync(3, limiter, key, rule);
            await TakeAsync(limiter, Cost(key, rule, 3));
            await AssertDeniedAsync(limiter, Cost(key, rule));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Neither_the_name_nor_the_fallback_of_a_rule_belongs_to_its_state()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(3, Window);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule));

        foreach (var other in new[] { rule.Named("named"), rule.WhenUnavailable(RateLimitFallback.Allow), rule.WhenUnavailable(RateLimitFallback.Local, 2) })
        {
            var decision = await limiter.PeekAsync(Cost(key, other, 3));
            Assert.Equal((false, 2L, other, other.Name), (decision.IsGranted, decision.Remaining, decision.Rule, decision.Rule.Name));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_window_keeps_its_charges_through_any_change_of_its_limit()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        long[] limits = [10, 10_000_000, 3, RateLimitRule.MaxLimit, 100];
        for (var i = 0; i < limits.Length; i++)
        {
            await TakeAsync(limiter, Cost(key, RateLimitRule.SlidingWindow(Math.Max(limits[i], i + 1), Window)));
            await _store.AdvanceAsync(Tick);
        }

        // Each charge leaves after its own window, whatever the limit was when it was made.
        await _store.AdvanceAsync(Longest(Window) - (Tick * limits.Length));
        for (var counting = limits.Length - 1; counting >= 0; counting--)
        {
            await AssertRemainingAsync(100 - counting, limiter, key, RateLimitRule.SlidingWindow(100, Window));
            await _store.AdvanceAsync(Tick);
        }
    }
}
