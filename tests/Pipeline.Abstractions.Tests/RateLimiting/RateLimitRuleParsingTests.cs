using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitRuleParsingTests
{
    [Theory]
    [InlineData("100/60", 100, 60)]
    [InlineData("1/1", 1, 1)]
    [InlineData("  5/10\t", 5, 10)]
    [InlineData("007/060", 7, 60)]
    [InlineData("1000000000000/31622400", 1_000_000_000_000, 31_622_400)]
    public void Limit_and_seconds_are_a_sliding_window(string text, long limit, int seconds)
    {
        var rule = RateLimitRule.SlidingWindow(limit, TimeSpan.FromSeconds(seconds));

        RateLimitRule.Parse(text).Should().Be(rule);
        RateLimitRule.TryParse(text, out var parsed).Should().BeTrue();
        parsed.Should().Be(rule);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("OFF")]
    [InlineData(" Off ")]
    public void Off_is_no_limit(string text) => RateLimitRule.Parse(text).Should().BeSameAs(RateLimitRule.Unlimited);

    [Theory]
    [InlineData("100", "has no window")]
    [InlineData("", "has no window")]
    [InlineData("none", "has no window")]
    [InlineData("0/60", "has no limit that is a whole number from 1 to 1000000000000")]
    [InlineData("-1/60", "has no limit")]
    [InlineData("+1/60", "has no limit")]
    [InlineData("1e9/1", "has no limit")]
    [InlineData("1.5/60", "has no limit")]
    [InlineData("1,000/60", "has no limit")]
    [InlineData("NaN/60", "has no limit")]
    [InlineData("∞/60", "has no limit")]
    [InlineData("١٠٠/60", "has no limit")]
    [InlineData("/60", "has no limit")]
    [InlineData("100 /60", "has no limit")]
    [InlineData("1000000000001/60", "has no limit")]
    [InlineData("99999999999999999999/60", "has no limit")]
    [InlineData("100/0", "has no window that is a whole number of seconds from 1 to 31622400")]
    [InlineData("100/-1", "has no window that")]
    [InlineData("100/60s", "has no window that")]
    [InlineData("100/1m", "has no window that")]
    [InlineData("100/ 60", "has no window that")]
    [InlineData("100/", "has no window that")]
    [InlineData("100/60/60", "has no window that")]
    [InlineData("100/31622401", "has no window that")]
    [InlineData("100/99999999999999999999", "has no window that")]
    public void What_is_no_rule_is_refused_with_what_is_wrong_and_what_to_write(string text, string problem)
    {
        var act = () => RateLimitRule.Parse(text);

        act.Should().Throw<FormatException>().WithMessage($"The rate limit '{text}' {problem}*Write LIMIT/SECONDS, for instance 100/60*or off.");
        RateLimitRule.TryParse(text, out var rule).Should().BeFalse();
        rule.Should().BeNull();
    }

    [Fact]
    public void A_rule_with_another_limit_keeps_its_name_and_what_it_says_while_the_backend_is_away()
    {
        var rule = RateLimitRule.PerDay(100).Named("uploads").WhenUnavailable(RateLimitFallback.Local, 10);

        rule.WithLimit("50/60").Should().Be(RateLimitRule.SlidingWindow(50, TimeSpan.FromMinutes(1)).Named("uploads").WhenUnavailable(RateLimitFallback.Local, 10));
        rule.WithLimit("off").Should().Match<RateLimitRule>(off => off.Kind == RateLimitRuleKind.Unlimited && off.Name == "uploads");
        rule.Invoking(one => one.WithLimit("9/60")).Should().Throw<FormatException>()
            .WithMessage("The rate limit 'uploads' is lowered to 9, but its local share*is 10. Give a limit of 10 or more, or lower the local share in code.");
        rule.Invoking(one => one.WithLimit("9")).Should().Throw<FormatException>().WithMessage("The rate limit '9' has no window.*");
    }

    [Fact]
    public void A_long_text_is_not_repeated()
    {
        var act = () => RateLimitRule.Parse(new string('9', 41));

        act.Should().Throw<FormatException>().WithMessage("The rate limit has no window.*");
    }

    [Fact]
    public void No_text_is_no_rule()
    {
        var act = () => RateLimitRule.Parse(null!);

        act.Should().Throw<ArgumentNullException>().WithParameterName("text");
        RateLimitRule.TryParse(null, out var rule).Should().BeFalse();
        rule.Should().BeNull();
    }
}
