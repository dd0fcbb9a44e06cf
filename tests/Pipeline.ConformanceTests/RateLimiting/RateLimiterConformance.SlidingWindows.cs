using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [InlineData(4)]
    [InlineData(4_000_000)]
    public async Task Charges_leave_a_sliding_window_one_by_one_each_after_its_own_window(long limit)
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(limit, Window);
        var (key, quarter) = (UniqueKey(), limit / 4);
        for (var i = 0; i < 4; i++)
        {
            await TakeAsync(limiter, Cost(key, rule, quarter));
            await _store.AdvanceAsync(Tick * 2);
        }

        // The first charge is now as old as the window: it counts up to 1/64 longer.
        await _store.AdvanceAsync(Longest(Window) - Window);
        for (var i = 0; i < 4; i++)
        {
            await AssertRemainingAsync(quarter, limiter, key, rule);
            await TakeAsync(limiter, Cost(key, rule, quarter));
            await AssertDeniedAsync(limiter, Cost(key, rule, 1));
            await _store.AdvanceAsync(Tick * 2);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(10)]
    [InlineData(10_000_000)]
    public async Task A_charge_counts_for_its_whole_window_and_at_most_a_sixty_fourth_longer(long limit)
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(limit, Window);

        // At many places of whatever buckets the window is kept in.
        for (var i = 0; i < 9; i++)
        {
            var key = UniqueKey();
            await TakeAsync(limiter, Cost(key, rule, limit));
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule));
            AssertTime(Window, Longest(Window), denied.RetryAfter);
            AssertTime(Window, Longest(Window), denied.ResetAfter);
            if (_store.ClockTolerance == TimeSpan.Zero)
            {
                await _store.AdvanceAsync(Window - _store.ClockUnit);
                await AssertDeniedAsync(limiter, Cost(key, rule));
                await _store.AdvanceAsync(Longest(Window) - Window + _store.ClockUnit);
                await TakeAsync(limiter, Cost(key, rule, limit));
            }

            await _store.AdvanceAsync(Tick / 50);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(9)]
    [InlineData(9_000_000)]
    public async Task RetryAfter_of_a_sliding_window_counts_until_enough_old_charges_have_left(long limit)
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(limit, Window);
        var (key, third) = (UniqueKey(), limit / 3);
        for (var i = 0; i < 3; i++)
        {
            await TakeAsync(limiter, Cost(key, rule, third));
            await _store.AdvanceAsync(Tick * 2);
        }

        foreach (var (cost, charges) in new[] { (1, 0), (third, 0), (third + 1, 1), (third * 2, 1), ((third * 2) + 1, 2), (limit, 2) })
        {
            var wait = (Tick * 2 * charges) + Window - (Tick * 6);
            AssertTime(wait, wait + Longest(Window) - Window, (await AssertDeniedAsync(limiter, Cost(key, rule, cost))).RetryAfter);
        }

        var reset = Window - (Tick * 2);
        AssertTime(reset, reset + Longest(Window) - Window, (await limiter.PeekAsync(Cost(key, rule))).ResetAfter);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_window_cannot_be_surprised_at_a_border()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(4, Window);
        var key = UniqueKey();

        // Just before a whole multiple of the window, and just after it.
        var now = await _store.GetServerTimeAsync();
        await _store.AdvanceAsync(RateLimitRule.FixedWindow(4, Window).GetWindowAt(now).End - now + Window - (Tick * 0.5));
        await TakeAsync(limiter, Cost(key, rule, 4));
        await _store.AdvanceAsync(Tick);

        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_window_of_a_great_limit_and_very_many_charges_stays_as_exact()
    {
        if (_store.CannotMoveTime is not null)
        {
            return;
        }

        var charges = Math.Min(2_000, _store.Repetitions * 10);
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(charges, Window);
        var (key, step) = (UniqueKey(), TimeSpan.FromTicks(Window.Ticks / charges / _store.ClockUnit.Ticks * _store.ClockUnit.Ticks));
        for (var i = 0; i < charges; i++)
        {
            await TakeAsync(limiter, Cost(key, rule));
            await _store.AdvanceAsync(step);
        }

        await AssertAllWithinAsync(limiter, rule, key, step, charges);
    }

    /// <summary>After one charge each step, all that left can be had again, and what must still count does.</summary>
    private async Task AssertAllWithinAsync(IRateLimiter limiter, RateLimitRule rule, string key, TimeSpan step, int charges)
    {
        var late = (int)((Longest(rule.Window) - rule.Window) / step) + 1;
        var elapsed = step * charges;
        for (var i = 0; i < charges; i += charges / 10)
        {
            var left = (int)((elapsed - rule.Window) / step) + 1;
            Assert.InRange(await RemainingAsync(limiter, key, rule), Math.Max(0, left - late), Math.Max(0, left));
            await _store.AdvanceAsync(step * (charges / 10));
            elapsed += step * (charges / 10);
        }
    }
}
