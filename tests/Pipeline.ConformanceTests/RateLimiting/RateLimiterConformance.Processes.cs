using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task Processes_share_a_limit_however_wrong_their_clocks_are(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = await BeginAsync(kind, 6);
        var request = Cost(UniqueKey(), rule);
        for (var left = 5; left >= 0; left--)
        {
            Assert.Equal(left, (await TakeAsync(left % 2 == 0 ? first : second, request)).Remaining);
        }

        var denied = await AssertDeniedAsync(first, request);
        AssertTime(denied.RetryAfter, (await AssertDeniedAsync(second, request)).RetryAfter);
        if (CanPass(kind))
        {
            await _store.AdvanceAsync(denied.RetryAfter);
            await TakeAsync(second, request);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_borders_of_windows_are_those_of_the_servers_clock()
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = RateLimitRule.FixedWindow(1, Window);
        await BeginAsync(rule, Window * 3 / 4);
        var now = await _store.GetServerTimeAsync();

        foreach (var limiter in new[] { first, second })
        {
            AssertTime(rule.GetWindowAt(now).End - now, (await TakeAsync(limiter, Cost(UniqueKey(), rule))).ResetAfter);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_one_process_reserved_another_renews_settles_and_releases()
    {
        var (first, second) = await OpenTwiceAsync();
        var (tokens, slots) = (RateLimitRule.TokenBucket(10, 1, Window), RateLimitRule.Concurrency(2, Tick * 2));
        var key = UniqueKey();
        var request = new RateLimitRequest(RateLimitDimension.Estimate(key, tokens, 5), new RateLimitDimension(key, slots));
        var (settled, released) = (await ReserveAsync(first, request), await ReserveAsync(first, request));
        await _store.AdvanceAsync(Tick);

        Assert.True(await second.RenewAsync(settled), "Another process could not extend the leases.");
        Assert.True(await second.RenewAsync(released), "Another process could not extend the leases.");
        await _store.AdvanceAsync(Tick * 1.5);
        await AssertRemainingAsync(0, first, key, slots);
        Assert.True(await second.SettleAsync(settled, new long[] { 1, 1 }), "Another process could not settle the reservation.");
        Assert.True(await second.ReleaseAsync(released), "Another process could not release the reservation.");

        Assert.False(await first.SettleAsync(settled, new long[] { 0, 0 }), "A reservation was ended twice.");
        Assert.False(await first.ReleaseAsync(released), "A reservation was ended twice.");
        await AssertRemainingAsync(2, first, key, slots);
        await AssertRemainingAsync(4, first, key, tokens);
    }
}
