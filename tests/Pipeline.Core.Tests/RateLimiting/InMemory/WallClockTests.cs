using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public class WallClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryRateLimiter _limiter;

    public WallClockTests() => _limiter = new(_clock);

    [Theory]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    [InlineData(RateLimitRuleKind.CalendarDay)]
    [InlineData(RateLimitRuleKind.CalendarMonth)]
    public void Whatever_the_wall_clock_does_no_window_that_it_shows_grants_more_than_the_limit(RateLimitRuleKind kind)
    {
        const long Limit = 20;
        var hour = TimeSpan.FromHours(1);
        var rule = SampleRules.Of(kind, Limit, Minute);
        var length = kind switch
        {
            RateLimitRuleKind.FixedWindow => Minute,
            RateLimitRuleKind.CalendarDay => TimeSpan.FromDays(1),
            _ => TimeSpan.FromDays(30),
        };
        for (var seed = 0; seed < 40; seed++)
        {
            var (random, key, granted) = (new Random(seed), $"key-{seed}", new Dictionary<DateTimeOffset, long>());
            for (var i = 0; i < 2_000; i++)
            {
                // A key that is not used for an hour, or for a minute where windows are so short, may be forgotten after its window.
                if (random.Next(4) == 0)
                {
                    _clock.Advance((length < hour ? length : hour) * random.NextDouble() / 4);
                }

                if (random.Next(10) == 0)
                {
                    _clock.SetUtcNow(_clock.GetUtcNow() + (length * ((random.NextDouble() * 8) - 4)));
                }

                var cost = random.Next(0, 6);
                if (_limiter.Acquire(new RateLimitDimension(key, rule, cost)).IsGranted)
                {
                    var window = rule.GetWindowAt(_clock.GetUtcNow()).Start;
                    granted[window] = granted.GetValueOrDefault(window) + cost;
                }
            }

            granted.Values.Max().Should().BeLessThanOrEqualTo(Limit);

            // It still grants something, wherever the clock has gone.
            granted.Count.Should().BeGreaterThan(10);
        }
    }

    [Theory]
    [InlineData(RateLimitRuleKind.SlidingWindow)]
    [InlineData(RateLimitRuleKind.TokenBucket)]
    [InlineData(RateLimitRuleKind.Concurrency)]
    public void Time_that_passes_is_not_measured_by_the_wall_clock(RateLimitRuleKind kind)
    {
        var random = new Random(7);
        var request = new RateLimitRequest(new RateLimitDimension("key", SampleRules.Of(kind, 5, Minute), 5));
        for (var i = 0; i < 100; i++)
        {
            _limiter.Acquire(request).IsGranted.Should().BeTrue();
            for (var part = 0; part < 6; part++)
            {
                _clock.SetUtcNow(_clock.GetUtcNow().AddHours(random.Next(-1_000, 1_000)));
                _limiter.Acquire(request).IsGranted.Should().BeFalse();
                _clock.Advance(Minute / 6);
            }
        }
    }

    [Fact]
    public void A_clock_that_was_years_ahead_and_is_put_right_does_not_stop_what_it_limited()
    {
        var right = _clock.GetUtcNow();
        var request = new RateLimitRequest(new RateLimitDimension("key", RateLimitRule.FixedWindow(5, Minute), 5));
        _clock.SetUtcNow(right.AddYears(4));
        _limiter.Acquire(request).IsGranted.Should().BeTrue();
        _clock.SetUtcNow(right);

        for (var i = 0; i < 1_000; i++)
        {
            _limiter.Acquire(request).IsGranted.Should().BeTrue();
            _limiter.Acquire(request).RetryAfter.Should().Be(Minute);
            _clock.Advance(Minute);
        }

        _clock.SetUtcNow(right.AddYears(4));
        _limiter.Acquire(request).IsGranted.Should().BeFalse();
    }

    [Fact]
    public void A_used_up_window_is_remembered_for_a_while_after_its_end_and_then_forgotten()
    {
        var rule = RateLimitRule.FixedWindow(5, Minute);
        var request = new RateLimitRequest(new RateLimitDimension("key", rule, 5));
        _limiter.Acquire(request);

        Idle(Minute * 1.99);
        _clock.SetUtcNow(_clock.GetUtcNow() - (Minute * 1.5));
        _limiter.Acquire(request).IsGranted.Should().BeFalse();
        _clock.SetUtcNow(_clock.GetUtcNow() + (Minute * 1.5));
        Idle(Minute);

        _limiter.Counts.States.Should().Be(0);
    }

    [Fact]
    public void While_the_wall_clock_is_behind_a_used_up_window_is_remembered_for_a_day_more()
    {
        var request = new RateLimitRequest(new RateLimitDimension("key", RateLimitRule.PerDay(5), 5));
        _clock.Advance(TimeSpan.FromHours(12));
        _limiter.Acquire(request);
        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(-3));

        // Half a day to the window's end, the grace of an hour, and the day.
        Idle(TimeSpan.FromHours(12 + 1 + 23.9));
        _limiter.Counts.States.Should().Be(1);
        Idle(TimeSpan.FromHours(0.2));

        _limiter.Counts.States.Should().Be(0);
    }

    [Fact]
    public void RetryAfter_passes_over_windows_that_are_used_up_already()
    {
        var request = new RateLimitRequest(new RateLimitDimension("key", RateLimitRule.FixedWindow(5, Minute), 5));
        for (var i = 0; i < 10; i++)
        {
            _limiter.Acquire(request).IsGranted.Should().BeTrue();
            _clock.Advance(Minute);
        }

        _clock.SetUtcNow(_clock.GetUtcNow() - (Minute * 10));
        var denied = _limiter.Acquire(request);

        (denied.RetryAfter, denied.ResetAfter).Should().Be((Minute * 10, Minute * 10));
        _clock.Advance(denied.RetryAfter);
        _limiter.Acquire(request).IsGranted.Should().BeTrue();
    }

    [Theory]
    [InlineData("2028-02-28T23:59:59.9999999Z", "2028-02-29", "2028-03-01")]
    [InlineData("2100-02-28T23:59:59.9999999Z", "2100-03-01", "2100-03-01")]
    [InlineData("2000-02-28T23:59:59.9999999Z", "2000-02-29", "2000-03-01")]
    [InlineData("2029-12-31T23:59:59.9999999Z", "2030-01-01", "2030-01-01")]
    [InlineData("2030-04-30T12:00:00Z", "2030-05-01", "2030-05-01")]
    [InlineData("1969-12-31T23:00:00Z", "1970-01-01", "1970-01-01")]
    public void Days_and_months_end_where_the_calendar_has_it(string now, string day, string month)
    {
        _clock.SetUtcNow(Utc(now));
        foreach (var (rule, end) in new[] { (RateLimitRule.PerDay(1), Utc(day)), (RateLimitRule.PerMonth(1), Utc(month)) })
        {
            _limiter.Acquire(new RateLimitDimension("key", rule)).ResetAfter.Should().Be(end - Utc(now));
            _limiter.Acquire(new RateLimitDimension("key", rule)).RetryAfter.Should().Be(end - Utc(now));
        }

        _clock.Advance(Utc(day) - Utc(now));
        _limiter.Acquire(new RateLimitDimension("key", RateLimitRule.PerDay(1))).IsGranted.Should().BeTrue();
    }

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private void Idle(TimeSpan time)
    {
        _clock.Advance(time);
        for (var i = 0; i < 100; i++)
        {
            _limiter.Peek(new RateLimitDimension("sweeper", RateLimitRule.PerDay(1)));
        }
    }
}
