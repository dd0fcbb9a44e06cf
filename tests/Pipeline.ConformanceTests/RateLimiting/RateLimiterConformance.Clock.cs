using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.SlidingWindow, 1)]
    [InlineData(RateLimitRuleKind.SlidingWindow, -1)]
    [InlineData(RateLimitRuleKind.TokenBucket, 1)]
    [InlineData(RateLimitRuleKind.TokenBucket, -1)]
    [InlineData(RateLimitRuleKind.Concurrency, 1)]
    [InlineData(RateLimitRuleKind.Concurrency, -1)]
    public async Task A_wall_clock_that_is_set_neither_lengthens_nor_shortens_what_is_measured_in_time_that_has_passed(RateLimitRuleKind kind, int direction)
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = RuleOf(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 10));
        var before = await AssertDeniedAsync(limiter, Cost(key, rule, 10));

        await JumpAsync(direction * TimeSpan.FromDays(1));

        var after = await AssertDeniedAsync(limiter, Cost(key, rule, 10));
        Assert.Equal((before.RetryAfter, before.ResetAfter), (after.RetryAfter, after.ResetAfter));
        await _store.AdvanceAsync(after.RetryAfter - _store.ClockUnit);
        await AssertDeniedAsync(limiter, Cost(key, rule, 10));
        await _store.AdvanceAsync(_store.ClockUnit);
        await TakeAsync(limiter, Cost(key, rule, 10));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    [InlineData(RateLimitRuleKind.CalendarDay)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public async Task A_wall_clock_that_is_set_forward_begins_the_window_that_it_shows(RateLimitRuleKind kind)
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 10));
        var (start, end) = rule.GetWindowAt(await _store.GetServerTimeAsync());

        await JumpAsync(end - start);

        await TakeAsync(limiter, Cost(key, rule, 10));
        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    [InlineData(RateLimitRuleKind.CalendarDay)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public async Task A_wall_clock_that_is_set_back_opens_no_window_again(RateLimitRuleKind kind)
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var (start, end) = rule.GetWindowAt(await _store.GetServerTimeAsync());
        await TakeAsync(limiter, Cost(key, rule, 10));
        await JumpAsync(end - start);
        await TakeAsync(limiter, Cost(key, rule, 9));

        await JumpAsync(start - end);
        await AssertRemainingAsync(0, limiter, key, rule);
        await AssertDeniedAsync(limiter, Cost(key, rule));
        await JumpAsync(end - start);

        await AssertRemainingAsync(1, limiter, key, rule);
        await AssertDeniedAsync(limiter, Cost(key, rule, 2));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    [InlineData(RateLimitRuleKind.CalendarDay)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public async Task After_the_wall_clock_was_set_back_RetryAfter_is_still_not_too_early(RateLimitRuleKind kind)
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 10);
        var key = UniqueKey();
        var (start, end) = rule.GetWindowAt(await _store.GetServerTimeAsync());
        await TakeAsync(limiter, Cost(key, rule, 10));
        await _store.AdvanceAsync(end - start);
        await TakeAsync(limiter, Cost(key, rule, 10));

        await JumpAsync(-0.75 * (end - start));
        var denied = await AssertDeniedAsync(limiter, Cost(key, rule, 10));
        await _store.AdvanceAsync(denied.RetryAfter);

        await TakeAsync(limiter, Cost(key, rule, 10));
    }

    private async Task JumpAsync(TimeSpan by)
    {
        // A span times a fraction need not be a whole number of the clock's units.
        var whole = TimeSpan.FromTicks(by.Ticks / _store.ClockUnit.Ticks * _store.ClockUnit.Ticks);
        await _store.SetServerTimeAsync(await _store.GetServerTimeAsync() + whole);
    }
}
