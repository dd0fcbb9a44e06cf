using System.Globalization;
using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>The windows that the statement computes by itself, at any date, and what a clock that is set does to them.</summary>
public sealed class PostgresRateLimiterCalendarTests : IAsyncLifetime
{
    private ManualClockTestStore _store = null!;
    private IRateLimiter _limiter = null!;

    public async Task InitializeAsync()
    {
        _store = await ManualClockTestStore.StartAsync();
        _limiter = await _store.OpenAsync(TimeSpan.Zero);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Every_window_is_the_rules_own()
    {
        RateLimitRule[] rules = [RateLimitRule.PerMonth(5), RateLimitRule.PerDay(5), RateLimitRule.FixedWindow(5, TimeSpan.FromMilliseconds(7_001))];
        var next = 0;
        for (var time = Utc("2026-01-31 23:59:59"); time < Utc("2109-01-01 00:00:00"); time += TimeSpan.FromSeconds(5_014_577))
        {
            await AssertWindowsAsync([rules[next++ % rules.Length]], time);
        }

        foreach (var border in new[] { "2028-02-29 23:59:59", "2028-03-01 00:00:00", "2100-02-28 23:59:59", "2100-03-01 00:00:00", "2027-12-31 23:59:59", "2028-01-01 00:00:00" })
        {
            await AssertWindowsAsync(rules, Utc(border));
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_opens_no_window_again_however_often()
    {
        var rule = RateLimitRule.FixedWindow(10, TimeSpan.FromMinutes(1));
        var dimension = new RateLimitDimension("tenant:acme", rule, 6);
        var start = Utc("2026-05-05 05:05:00");
        foreach (var minutes in new[] { 0, 5, 2, 9, 4, 3, 7 })
        {
            await _store.SetServerTimeAsync(start.AddMinutes(minutes));
            await _limiter.AcquireAsync(dimension);
        }

        for (var minutes = 0; minutes < 10; minutes++)
        {
            await _store.SetServerTimeAsync(start.AddMinutes(minutes));
            var wasCharged = minutes is 0 or 5 or 2 or 9 or 4 or 3 or 7;
            var decision = await _limiter.PeekAsync(dimension);
            (decision.IsGranted && wasCharged).Should().BeFalse("minute {0} was charged", minutes);
        }
    }

    [Fact]
    public async Task A_clock_that_is_set_back_lets_what_slides_count_for_longer_and_never_shorter()
    {
        await _store.SetServerTimeAsync(Utc("2026-05-05 05:05:00"));
        var rules = new[]
        {
            RateLimitRule.SlidingWindow(10, TimeSpan.FromMinutes(1)), RateLimitRule.SlidingWindow(10, TimeSpan.FromDays(1)),
            RateLimitRule.TokenBucket(10, TimeSpan.FromMinutes(1)), RateLimitRule.Concurrency(10, TimeSpan.FromMinutes(1)),
        };
        foreach (var rule in rules)
        {
            (await _limiter.AcquireAsync(new RateLimitDimension("tenant:acme", rule, 9))).IsGranted.Should().BeTrue();
        }

        await _store.SetServerTimeAsync(Utc("2026-05-05 04:05:00"));
        foreach (var rule in rules)
        {
            var last = new RateLimitDimension("tenant:acme", rule);
            (await _limiter.AcquireAsync(last)).Should().Match<RateLimitDecision>(decision => decision.IsGranted && decision.Remaining == 0);
            var denied = await _limiter.AcquireAsync(last);
            denied.RetryAfter.Should().BeGreaterThan(rule.Kind == RateLimitRuleKind.Concurrency ? TimeSpan.Zero : TimeSpan.FromHours(1));
            var now = await _store.GetServerTimeAsync();
            await _store.AdvanceAsync(denied.RetryAfter);
            (await _limiter.AcquireAsync(last)).IsGranted.Should().BeTrue("{0} says when", rule);
            await _store.SetServerTimeAsync(now);
        }
    }

    private async Task AssertWindowsAsync(RateLimitRule[] rules, DateTimeOffset time)
    {
        await _store.SetServerTimeAsync(time);
        foreach (var rule in rules)
        {
            var key = $"at {time.UtcTicks}";
            (await _limiter.AcquireAsync(new RateLimitDimension(key, rule, 5))).ResetAfter.Should().Be(rule.GetWindowAt(time).End - time, "{0} at {1}", rule, time);
            (await _limiter.AcquireAsync(new RateLimitDimension(key, rule))).IsGranted.Should().BeFalse();
            await _store.SetServerTimeAsync(rule.GetWindowAt(time).End.AddMilliseconds(-1));
            (await _limiter.AcquireAsync(new RateLimitDimension(key, rule))).IsGranted.Should().BeFalse("{0} lasts to its last moment", rule);
            await _store.SetServerTimeAsync(rule.GetWindowAt(time).End);
            (await _limiter.AcquireAsync(new RateLimitDimension(key, rule))).IsGranted.Should().BeTrue("{0} ends at its end", rule);
            await _store.SetServerTimeAsync(time);
        }
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
