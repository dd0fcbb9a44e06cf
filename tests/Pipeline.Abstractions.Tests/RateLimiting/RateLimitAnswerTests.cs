using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitAnswerTests
{
    private static readonly RateLimitRule Ten = RateLimitRule.PerDay(10).Named("ten");
    private static readonly RateLimitRule Hundred = RateLimitRule.PerDay(100).Named("hundred");

    private static readonly RateLimitStanding Tight = RateLimitStanding.Granted(2, 7);
    private static readonly RateLimitStanding Roomy = RateLimitStanding.Granted(90, 9);
    private static readonly RateLimitStanding Soon = RateLimitStanding.Denied(0, 5, 7);
    private static readonly RateLimitStanding Late = RateLimitStanding.Denied(1, 6, 9);

    [Fact]
    public void No_dimension_with_a_limit_is_no_limit()
    {
        var answer = default(RateLimitAnswer);

        answer.IsGranted.Should().BeTrue();
        answer.ToDecision(null).Should().Be(RateLimitDecision.Unlimited);
    }

    [Fact]
    public void Of_grants_the_smallest_share_is_named() => Decide((Roomy, Hundred, 0), (Tight, Ten, 1)).Should()
        .Be(RateLimitDecision.Granted(Ten, 1, 2, TimeSpan.FromTicks(7)));

    [Fact]
    public void Of_denials_the_longest_wait_is_named() => Decide((Soon, Hundred, 0), (Late, Ten, 1)).Should()
        .Be(RateLimitDecision.Denied(Ten, 1, 1, TimeSpan.FromTicks(6), TimeSpan.FromTicks(9)));

    [Fact]
    public void A_denial_is_named_before_a_grant() => Decide((Tight, Hundred, 0), (Soon, Ten, 1)).IsGranted.Should().BeFalse();

    [Fact]
    public void Of_equals_the_first_of_the_request_is_named() => Decide((Tight, Ten, 2), (Tight, Ten, 1), (Tight, Ten, 3)).DimensionIndex.Should().Be(1);

    [Fact]
    public void Microseconds_become_ticks_and_what_is_longer_than_any_duration_the_longest()
    {
        RateLimitStanding.OfMicroseconds(isGranted: false, 3, 4, 5).Should().Be(RateLimitStanding.Denied(3, 40, 50));
        RateLimitStanding.OfMicroseconds(isGranted: false, 0, long.MaxValue, long.MaxValue / 10).ToDecision(Ten, 0).Should()
            .Match<RateLimitDecision>(decision => decision.RetryAfter == TimeSpan.MaxValue && decision.ResetAfter == TimeSpan.FromTicks(long.MaxValue / 10 * 10));
    }

    // Servers answer in any order.
    private static RateLimitDecision Decide(params (RateLimitStanding Standing, RateLimitRule Rule, int Place)[] answers)
    {
        var (forwards, backwards) = (default(RateLimitAnswer), default(RateLimitAnswer));
        foreach (var (standing, rule, place) in answers)
            forwards.Add(standing, rule, place);
        foreach (var (standing, rule, place) in answers.Reverse())
            backwards.Add(standing, rule, place);
        backwards.ToDecision(null).Should().Be(forwards.ToDecision(null));
        backwards.IsGranted.Should().Be(forwards.IsGranted);
        return forwards.ToDecision(null);
    }
}
