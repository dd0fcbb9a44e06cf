using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitRuleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<TimeSpan> WindowsOutOfRange => new()
    {
        TimeSpan.Zero,
        TimeSpan.FromMilliseconds(-1),
        TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1),
        RateLimitRule.MaxWindow + TimeSpan.FromMilliseconds(1),
        TimeSpan.MaxValue,
    };

    public static TheoryData<RateLimitRule, RateLimitRuleKind, long, TimeSpan, long, string, string> Rules => new()
    {
        { RateLimitRule.Unlimited, RateLimitRuleKind.Unlimited, long.MaxValue, TimeSpan.Zero, 0, "", "off" },
        { RateLimitRule.SlidingWindow(100, Minute), RateLimitRuleKind.SlidingWindow, 100, Minute, 0, "s60000", "100 in any 60 s" },
        { RateLimitRule.TokenBucket(200_000, Minute), RateLimitRuleKind.TokenBucket, 200_000, Minute, 200_000, "t60000", "200000 per 60 s" },
        { RateLimitRule.TokenBucket(50, 10, Minute), RateLimitRuleKind.TokenBucket, 50, Minute, 10, "t60000", "10 per 60 s, at most 50 at once" },
        { RateLimitRule.FixedWindow(5, TimeSpan.FromMilliseconds(1500)), RateLimitRuleKind.FixedWindow, 5, TimeSpan.FromMilliseconds(1500), 0, "f1500", "5 in each 1500 ms" },
        { RateLimitRule.PerDay(7), RateLimitRuleKind.CalendarDay, 7, TimeSpan.Zero, 0, "d", "7 a day" },
        { RateLimitRule.PerMonth(8), RateLimitRuleKind.CalendarMonth, 8, TimeSpan.Zero, 0, "m", "8 a month" },
        { RateLimitRule.Concurrency(9, Minute), RateLimitRuleKind.Concurrency, 9, Minute, 0, "c", "9 at the same time" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_says_what_it_was_made_from(RateLimitRule rule, RateLimitRuleKind kind, long limit, TimeSpan window, long refill, string stateId, string text)
    {
        (rule.Kind, rule.Limit, rule.Window, rule.RefillAmount).Should().Be((kind, limit, window, refill));
        rule.StateId.Should().Be(stateId, "it is part of the stored format");
        rule.ToString().Should().Be(text);
        rule.Name.Should().Be(text);
        rule.OnUnavailable.Should().Be(RateLimitFallback.Deny);
        rule.LocalShare.Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(RateLimitRule.MaxLimit + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_limit_out_of_range_is_refused(long limit)
    {
        Action[] acts =
        [
            () => RateLimitRule.SlidingWindow(limit, Minute),
            () => RateLimitRule.FixedWindow(limit, Minute),
            () => RateLimitRule.PerDay(limit),
            () => RateLimitRule.PerMonth(limit),
            () => RateLimitRule.Concurrency(limit, Minute),
        ];

        foreach (var act in acts)
        {
            act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(limit)).WithMessage($"The limit is {limit}. Give a value from 1 to 1000000000000.*");
        }

        var burst = () => RateLimitRule.TokenBucket(limit, 1, Minute);
        var refill = () => RateLimitRule.TokenBucket(1, limit, Minute);
        burst.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("burst");
        refill.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("refillAmount");
    }

    [Theory]
    [MemberData(nameof(WindowsOutOfRange))]
    public void A_window_out_of_range_is_refused(TimeSpan window)
    {
        var sliding = () => RateLimitRule.SlidingWindow(1, window);
        var bucket = () => RateLimitRule.TokenBucket(1, window);
        var fixedWindow = () => RateLimitRule.FixedWindow(1, window);
        var lease = () => RateLimitRule.Concurrency(1, window);

        sliding.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(window)).WithMessage("*from 1 millisecond to 366 days*");
        bucket.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("period");
        fixedWindow.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(window));
        lease.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("lease");
    }

    [Fact]
    public void A_fraction_of_a_millisecond_is_refused_instead_of_rounded()
    {
        var act = () => RateLimitRule.SlidingWindow(1, TimeSpan.FromMilliseconds(1) + TimeSpan.FromTicks(1));

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*whole milliseconds*");
    }

    [Fact]
    public void The_ends_of_the_ranges_are_accepted()
    {
        RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, RateLimitRule.MaxWindow).Limit.Should().Be(1_000_000_000_000);
        RateLimitRule.TokenBucket(1, RateLimitRule.MaxLimit, RateLimitRule.MinWindow).RefillAmount.Should().Be(1_000_000_000_000);
    }

    [Fact]
    public void Rules_are_compared_by_value()
    {
        RateLimitRule.SlidingWindow(100, Minute).Should().Be(RateLimitRule.SlidingWindow(100, Minute));
        RateLimitRule.SlidingWindow(100, Minute).Should().NotBe(RateLimitRule.FixedWindow(100, Minute));
        RateLimitRule.SlidingWindow(100, Minute).Should().NotBe(RateLimitRule.SlidingWindow(100, Minute).Named("other"));
    }

    [Fact]
    public void A_changed_limit_shares_the_state_and_a_changed_window_does_not()
    {
        var rule = RateLimitRule.SlidingWindow(100, Minute);

        RateLimitRule.SlidingWindow(200, Minute).Named("more").StateId.Should().Be(rule.StateId);
        RateLimitRule.SlidingWindow(100, Minute * 2).StateId.Should().NotBe(rule.StateId);
        RateLimitRule.FixedWindow(100, Minute).StateId.Should().NotBe(rule.StateId);
    }

    [Fact]
    public void A_named_rule_differs_in_nothing_but_the_name()
    {
        var rule = RateLimitRule.TokenBucket(10, Minute).WhenUnavailable(RateLimitFallback.Local, 2);

        var named = rule.Named("tokens");

        named.Name.Should().Be("tokens");
        named.Named(rule.Name).Should().Be(rule);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public void A_name_that_cannot_be_stored_is_refused(string name)
    {
        var act = () => RateLimitRule.PerDay(1).Named(name);

        act.Should().Throw<ArgumentException>().WithParameterName(nameof(name));
    }
}
