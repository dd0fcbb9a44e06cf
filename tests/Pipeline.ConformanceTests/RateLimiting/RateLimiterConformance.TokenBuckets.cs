using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_bucket_begins_full_and_holds_its_burst_whatever_its_refill()
    {
        var limiter = await OpenAsync();
        foreach (var (burst, refill) in new[] { (10, 1), (1, 10), (10, 10) })
        {
            var rule = RateLimitRule.TokenBucket(burst, refill, refill > burst ? Window * 100 : Window);
            var key = UniqueKey();
            await AssertRemainingAsync(burst, limiter, key, rule);

            Assert.Equal(0, (await TakeAsync(limiter, Cost(key, rule, burst))).Remaining);

            Assert.Equal(0, (await AssertDeniedAsync(limiter, Cost(key, rule))).Remaining);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bucket_is_refilled_steadily_and_not_all_at_once()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(20, 4, Window);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 20));

        // A unit comes every two ticks, so in the middle between two the figures are safe.
        await _store.AdvanceAsync(Tick);
        for (var units = 0; units < 6; units++)
        {
            await AssertRemainingAsync(units, limiter, key, rule);
            await _store.AdvanceAsync(Tick * 2);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bucket_never_holds_more_than_its_burst()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(3, 1, Tick);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 2));

        await _store.AdvanceAsync(Tick * 10);

        await TakeAsync(limiter, Cost(key, rule, 3));
        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task RetryAfter_and_ResetAfter_of_a_bucket_are_what_its_refill_takes()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(20, 4, Window);
        var key = UniqueKey();

        AssertTime(Tick * 2 * 15, (await TakeAsync(limiter, Cost(key, rule, 15))).ResetAfter);
        foreach (var cost in new[] { 6, 7, 20 })
        {
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule, cost));
            AssertTime(Tick * 2 * (cost - 5), denied.RetryAfter);
            AssertTime(Tick * 2 * 15, denied.ResetAfter);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(1, 1)]
    [InlineData(999_999_937, 3)]
    public async Task The_fraction_of_a_unit_is_kept_and_not_rounded(long refill, int period)
    {
        if (_store.ClockTolerance != TimeSpan.Zero)
        {
            return;
        }

        var limiter = await OpenAsync();
        var window = Tick * period;
        var rule = RateLimitRule.TokenBucket(refill * 2, refill, window);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, refill * 2));

        // Asked at awkward moments and now and then drunk from, a bucket still gains exactly its refill in each period.
        var (unit, taken, elapsed) = (_store.ClockUnit.Ticks, 0L, 0L);
        foreach (var part in new[] { 13, 29, 31, 7, 97, 3, 11 })
        {
            var step = window.Ticks / part / unit * unit;
            await _store.AdvanceAsync(TimeSpan.FromTicks(step));
            elapsed += step;
            var gained = (long)((Int128)elapsed * refill / window.Ticks);
            await AssertRemainingAsync(gained - taken, limiter, key, rule);
            if (gained - taken is > 0 and var most)
            {
                await TakeAsync(limiter, Cost(key, rule, (most + 1) / 2));
                taken += (most + 1) / 2;
            }
        }

        await _store.AdvanceAsync(TimeSpan.FromTicks(window.Ticks - elapsed));
        await AssertRemainingAsync(refill - taken, limiter, key, rule);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(999_999_937, 1)]
    public async Task The_next_unit_is_there_exactly_when_it_is_due(long refill, int period)
    {
        if (_store.ClockTolerance != TimeSpan.Zero)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(refill, Tick * period);
        var (key, unit, now) = (UniqueKey(), _store.ClockUnit.Ticks, 0L);
        await TakeAsync(limiter, Cost(key, rule, refill));
        for (var units = 1; units <= 10; units++)
        {
            var due = Ceiling(Ceiling((Int128)units * rule.Window.Ticks, refill), unit) * unit;
            var denied = await limiter.AcquireAsync(Cost(key, rule));
            if (denied.IsGranted)
            {
                // Units that come faster than the clock ticks.
                Assert.True(due <= now, $"Unit {units} came before it was due.");
                continue;
            }

            Assert.Equal(due - now, denied.RetryAfter.Ticks);
            if (due - now > unit)
            {
                await _store.AdvanceAsync(TimeSpan.FromTicks((long)(due - now) - unit));
                await AssertDeniedAsync(limiter, Cost(key, rule));
                await _store.AdvanceAsync(_store.ClockUnit);
            }
            else
            {
                await _store.AdvanceAsync(denied.RetryAfter);
            }

            await TakeAsync(limiter, Cost(key, rule));
            now = (long)due;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bucket_gives_its_burst_and_then_its_refill_and_so_keeps_within_the_bound_of_GCRA()
    {
        if (_store.CannotMoveTime is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = RateLimitRule.TokenBucket(5, 2, Tick);
        var (key, granted) = (UniqueKey(), 0);
        for (var i = 0; i <= 100; i++)
        {
            while ((await limiter.AcquireAsync(Cost(key, rule))).IsGranted)
            {
                granted++;
            }

            Assert.Equal(5 + (i * 2 / 10), granted);
            await _store.AdvanceAsync(Tick / 10);
        }
    }

    private static Int128 Ceiling(Int128 dividend, Int128 divisor) => (dividend + divisor - 1) / divisor;
}
