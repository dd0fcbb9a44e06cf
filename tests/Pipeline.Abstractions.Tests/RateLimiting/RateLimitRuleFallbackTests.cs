using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitRuleFallbackTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Rule = RateLimitRule.SlidingWindow(100, Minute);

    [Fact]
    public void Allow_is_there_where_asked_for() => Rule.WhenUnavailable(RateLimitFallback.Allow).OnUnavailable.Should().Be(RateLimitFallback.Allow);

    [Fact]
    public void Deny_takes_back_what_was_configured() =>
        Rule.WhenUnavailable(RateLimitFallback.Local, 25).WhenUnavailable(RateLimitFallback.Deny).Should().Be(Rule);

    [Fact]
    public void Local_needs_its_share()
    {
        var act = () => Rule.WhenUnavailable(RateLimitFallback.Local);

        act.Should().Throw<ArgumentException>().WithParameterName("localShare").WithMessage("*needs the share*number of processes*");
    }

    [Theory]
    [InlineData(RateLimitFallback.Deny)]
    [InlineData(RateLimitFallback.Allow)]
    public void The_others_take_no_share(RateLimitFallback fallback)
    {
        var act = () => Rule.WhenUnavailable(fallback, 25);

        act.Should().Throw<ArgumentException>().WithParameterName("localShare").WithMessage($"The fallback {fallback} takes no local share.*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public void A_share_out_of_range_is_refused(long share)
    {
        var act = () => Rule.WhenUnavailable(RateLimitFallback.Local, share);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("localShare").WithMessage("*from 1 to the limit, 100.*");
    }

    [Fact]
    public void An_undefined_fallback_is_refused()
    {
        var act = () => Rule.WhenUnavailable((RateLimitFallback)3);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("fallback");
    }

    [Fact]
    public void The_local_rule_has_the_share_as_its_limit()
    {
        var local = Rule.Named("calls").WhenUnavailable(RateLimitFallback.Local, 25).ToLocal();

        local.Should().Be(RateLimitRule.SlidingWindow(25, Minute).Named("calls"));
    }

    [Fact]
    public void A_rule_without_a_share_has_no_local_rule()
    {
        var act = () => Rule.WhenUnavailable(RateLimitFallback.Allow).ToLocal();

        act.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void No_limit_has_no_limit_locally() =>
        RateLimitRule.Unlimited.WhenUnavailable(RateLimitFallback.Local, 5).ToLocal().Should().Be(RateLimitRule.Unlimited);

    // burst, refill, share, expected refill, expected period in milliseconds
    [Theory]
    [InlineData(200_000, 200_000, 50_000, 50_000, 60_000)]
    [InlineData(100, 10, 25, 2, 60_000)]
    [InlineData(100, 1, 25, 1, 240_000)]
    [InlineData(3, 1, 2, 1, 90_000)]
    [InlineData(7, 3, 2, 1, 70_000)]
    [InlineData(11, 1, 7, 1, 94_286)]
    [InlineData(1_000_000_000_000, 1_000_000_000_000, 999_999_999_999, 999_999_999_999, 60_000)]
    public void The_refill_of_a_bucket_shrinks_in_proportion_and_never_the_other_way(long burst, long refill, long share, long expectedRefill, long expectedPeriod)
    {
        var local = RateLimitRule.TokenBucket(burst, refill, Minute).WhenUnavailable(RateLimitFallback.Local, share).ToLocal();

        (local.Limit, local.RefillAmount, local.Window.TotalMilliseconds).Should().Be((share, expectedRefill, expectedPeriod));
    }

    [Fact]
    public void The_slowest_bucket_there_can_be_still_has_a_local_rule()
    {
        var rule = RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, 1, RateLimitRule.MaxWindow).WhenUnavailable(RateLimitFallback.Local, 1);

        var local = rule.ToLocal();

        local.RefillAmount.Should().Be(1);
        local.Window.Should().BeGreaterThan(RateLimitRule.MaxWindow);
    }
}
