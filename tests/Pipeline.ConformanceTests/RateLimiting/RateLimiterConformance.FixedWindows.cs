using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Fixed_windows_begin_at_whole_multiples_of_their_length_since_1970()
    {
        var limiter = await OpenAsync();
        foreach (var window in new[] { Tick * 2, Tick * 3, Tick * 7 })
        {
            var rule = RateLimitRule.FixedWindow(3, window);
            var key = UniqueKey();
            await BeginAsync(rule, window / 2);
            var now = await _store.GetServerTimeAsync();
            var border = DateTimeOffset.UnixEpoch.AddTicks((((now - DateTimeOffset.UnixEpoch).Ticks / window.Ticks) + 1) * window.Ticks);

            AssertTime(border - now, (await TakeAsync(limiter, Cost(key, rule, 3))).ResetAfter);
            var denied = await AssertDeniedAsync(limiter, Cost(key, rule));

            AssertTime(border - now, denied.RetryAfter);
            AssertTime(border - now, denied.ResetAfter);
            await _store.AdvanceAsync(denied.RetryAfter);
            await TakeAsync(limiter, Cost(key, rule, 3));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_fixed_window_holds_to_its_last_moment_and_ends_with_it()
    {
        if (_store.ClockTolerance != TimeSpan.Zero)
        {
            return;
        }

        var limiter = await OpenAsync();
        var rule = RateLimitRule.FixedWindow(3, Window);
        var key = UniqueKey();
        await _store.AdvanceAsync(rule.GetWindowAt(await _store.GetServerTimeAsync()).End - await _store.GetServerTimeAsync());

        for (var i = 0; i < 3; i++)
        {
            await TakeAsync(limiter, Cost(key, rule, 3));
            await _store.AdvanceAsync(Window - _store.ClockUnit);
            Assert.Equal(_store.ClockUnit, (await AssertDeniedAsync(limiter, Cost(key, rule))).RetryAfter);
            await _store.AdvanceAsync(_store.ClockUnit);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Across_a_border_twice_the_limit_of_a_fixed_window_can_be_had()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.FixedWindow(3, Window);
        var key = UniqueKey();
        var now = await _store.GetServerTimeAsync();
        await _store.AdvanceAsync(rule.GetWindowAt(now).End - now + Window - Tick);

        await TakeAsync(limiter, Cost(key, rule, 3));
        await AssertDeniedAsync(limiter, Cost(key, rule));
        await _store.AdvanceAsync(Tick);
        await TakeAsync(limiter, Cost(key, rule, 3));

        await AssertDeniedAsync(limiter, Cost(key, rule));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("2030-01-01 00:00:00", "2030-01-02")]
    [InlineData("2030-01-01 23:59:59", "2030-01-02")]
    [InlineData("2032-02-28 12:00:00", "2032-02-29")]
    [InlineData("2032-02-29 06:00:00", "2032-03-01")]
    [InlineData("2031-02-28 06:00:00", "2031-03-01")]
    [InlineData("2030-12-31 23:00:00", "2031-01-01")]
    public Task A_day_ends_at_midnight_UTC(string from, string border) => AssertCalendarAsync(RateLimitRule.PerDay(3), from, border);

    [Theory(Timeout = TimeLimit)]
    [InlineData("2030-01-01 00:00:00", "2030-02-01")]
    [InlineData("2030-01-31 23:59:59", "2030-02-01")]
    [InlineData("2032-02-29 12:00:00", "2032-03-01")]
    [InlineData("2031-02-28 12:00:00", "2031-03-01")]
    [InlineData("2030-04-30 01:00:00", "2030-05-01")]
    [InlineData("2030-12-15 10:20:30", "2031-01-01")]
    public Task A_month_ends_with_its_last_day_UTC(string from, string border) => AssertCalendarAsync(RateLimitRule.PerMonth(3), from, border);

    [Theory(Timeout = TimeLimit)]
    [InlineData(RateLimitRuleKind.CalendarDay)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public async Task RetryAfter_of_a_calendar_rule_is_what_is_left_of_its_window(RateLimitRuleKind kind)
    {
        var limiter = await OpenAsync();
        var rule = await BeginAsync(kind, 3);
        var request = Cost(UniqueKey(), rule, 3);
        await TakeAsync(limiter, request);

        var now = await _store.GetServerTimeAsync();
        var denied = await AssertDeniedAsync(limiter, request);

        AssertTime(rule.GetWindowAt(now).End - now, denied.RetryAfter);
        AssertTime(rule.GetWindowAt(now).End - now, denied.ResetAfter);
    }

    private async Task AssertCalendarAsync(RateLimitRule rule, string from, string border)
    {
        if (_store.CannotMoveTime is not null || _store.CannotSetClock is not null)
        {
            return;
        }

        var (start, end) = (Utc(from), Utc(border));
        await _store.SetServerTimeAsync(start);
        var limiter = await OpenAsync();
        var key = UniqueKey();
        await TakeAsync(limiter, Cost(key, rule, 2));
        await _store.AdvanceAsync((end - start) / 2);
        await TakeAsync(limiter, Cost(key, rule, 1));

        var denied = await AssertDeniedAsync(limiter, Cost(key, rule));
        Assert.Equal(end - await _store.GetServerTimeAsync(), denied.RetryAfter);
        await _store.AdvanceAsync(denied.RetryAfter - _store.ClockUnit);
        await AssertDeniedAsync(limiter, Cost(key, rule));
        await _store.AdvanceAsync(_store.ClockUnit);

        Assert.Equal(end, await _store.GetServerTimeAsync());
        await TakeAsync(limiter, Cost(key, rule, 3));
    }

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
}
