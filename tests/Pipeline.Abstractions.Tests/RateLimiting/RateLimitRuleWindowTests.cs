using System.Globalization;
using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitRuleWindowTests
{
    [Theory]
    [InlineData("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("2026-02-28T23:59:59.9999999Z", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T01:00:00+02:00", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z")]
    public void A_day_is_the_calendar_day_in_UTC(string time, string start, string end) => Check(RateLimitRule.PerDay(1), time, start, end);

    [Theory]
    [InlineData("2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")]
    [InlineData("2025-12-31T23:59:59Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z")]
    public void A_month_is_the_calendar_month_in_UTC(string time, string start, string end) => Check(RateLimitRule.PerMonth(1), time, start, end);

    [Theory]
    [InlineData("1970-01-01T00:00:07Z", "1970-01-01T00:00:07Z", "1970-01-01T00:00:14Z")]
    [InlineData("1970-01-01T00:00:13.9999999Z", "1970-01-01T00:00:07Z", "1970-01-01T00:00:14Z")]
    [InlineData("1969-12-31T23:59:59Z", "1969-12-31T23:59:53Z", "1970-01-01T00:00:00Z")]
    public void Fixed_windows_begin_at_multiples_of_their_length_since_1970(string time, string start, string end) =>
        Check(RateLimitRule.FixedWindow(1, TimeSpan.FromSeconds(7)), time, start, end);

    [Fact]
    public void Other_rules_have_no_windows_that_stand_still()
    {
        RateLimitRule[] rules =
        [
            RateLimitRule.Unlimited,
            RateLimitRule.SlidingWindow(1, TimeSpan.FromSeconds(1)),
            RateLimitRule.TokenBucket(1, TimeSpan.FromSeconds(1)),
            RateLimitRule.Concurrency(1, TimeSpan.FromSeconds(1)),
        ];

        foreach (var rule in rules)
        {
            var act = () => rule.GetWindowAt(DateTimeOffset.UnixEpoch);
            act.Should().Throw<InvalidOperationException>(rule.Name);
        }
    }

    private static void Check(RateLimitRule rule, string time, string start, string end) =>
        rule.GetWindowAt(Time(time)).Should().Be((Time(start), Time(end)));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
