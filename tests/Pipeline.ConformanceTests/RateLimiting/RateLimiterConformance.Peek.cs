using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_peek_takes_nothing(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 3));

        for (var i = 0; i < 20; i++)
        {
            var peeked = await limiter.PeekAsync(Cost(key, rule, 7));
            Assert.Equal((true, 7L, TimeSpan.Zero, null), (peeked.IsGranted, peeked.Remaining, peeked.RetryAfter, peeked.Reservation));
        }

        await TakeAsync(limiter, Cost(key, rule, 7));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task A_peek_says_what_would_be_answered(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 4));
        foreach (var cost in new[] { 0, 1, 6, 7, 10 })
        {
            var request = Cost(key, rule, cost);
            var peeked = await limiter.PeekAsync(request);
            Assert.Equal((cost <= 6, 6L, rule, 0), (peeked.IsGranted, peeked.Remaining, peeked.Rule, peeked.DimensionIndex));
            if (!peeked.IsGranted)
            {
                AssertDenial(request, peeked);
                var denied = await AssertDeniedAsync(limiter, request);
                AssertTime(denied.RetryAfter, peeked.RetryAfter);
                AssertTime(denied.ResetAfter, peeked.ResetAfter);
            }
        }

        var last = await TakeAsync(limiter, Cost(key, rule, 1));
        AssertTime(last.ResetAfter, (await limiter.PeekAsync(Cost(key, rule, 0))).ResetAfter);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task Of_a_key_that_was_never_charged_the_whole_limit_remains(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);

        foreach (var cost in new[] { 0, 1, 10 })
        {
            var peeked = await limiter.PeekAsync(Cost(UniqueKey(), rule, cost));
            Assert.Equal((true, 10L, TimeSpan.Zero, null), (peeked.IsGranted, peeked.Remaining, peeked.ResetAfter, peeked.Reservation));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_peek_at_several_dimensions_names_one_as_a_decision_does_by_what_remains_now()
    {
        var limiter = await OpenAsync();
        var (ten, hundred) = (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.SlidingWindow(100, Window));
        var key = UniqueKey();
        await TakeAsync(limiter, new(new RateLimitDimension(key, ten, 5), new RateLimitDimension(key + "'", hundred, 40)));

        // Now 5 of 10 and 60 of 100; after the request it would be 5 of 10 and 10 of 100.
        var granted = await limiter.PeekAsync(new(new RateLimitDimension(key + "'", hundred, 50), new RateLimitDimension(key, ten, 0)));
        Assert.Equal((true, 1, 5L), (granted.IsGranted, granted.DimensionIndex, granted.Remaining));
        var denied = await limiter.PeekAsync(new(new RateLimitDimension(key, ten, 5), new RateLimitDimension(key + "'", hundred, 61)));
        Assert.Equal((false, 1, 60L), (denied.IsGranted, denied.DimensionIndex, denied.Remaining));
        Assert.Equal(RateLimitDecision.Unlimited, await limiter.PeekAsync(Cost(key, RateLimitRule.Unlimited, 10)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_peek_at_an_estimate_or_a_lease_holds_nothing()
    {
        var limiter = await OpenAsync();
        var key = UniqueKey();
        var (tokens, slots) = (RateLimitRule.TokenBucket(10, Window), RateLimitRule.Concurrency(1, Window));
        var request = new RateLimitRequest(RateLimitDimension.Estimate(key, tokens, 50), new RateLimitDimension(key, slots));
        for (var i = 0; i < 3; i++)
        {
            var peeked = await limiter.PeekAsync(request);
            Assert.True(peeked.IsGranted, "What is free was denied.");
            Assert.Null(peeked.Reservation);
        }

        await TakeAsync(limiter, request);
    }
}
