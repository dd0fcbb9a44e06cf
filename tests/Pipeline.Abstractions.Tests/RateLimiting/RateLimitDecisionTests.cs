using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Abstractions.Tests.RateLimiting;

public sealed class RateLimitDecisionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly RateLimitRule Rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)).Named("calls");

    [Fact]
    public void A_default_decision_is_a_denial()
    {
        RateLimitDecision decision = default;

        decision.IsGranted.Should().BeFalse();
        decision.Rule.Should().BeSameAs(RateLimitRule.Unlimited);
        decision.Reservation.Should().BeNull();
    }

    [Fact]
    public void A_grant_carries_its_figures()
    {
        var reservation = new RateLimitReservation(Guid.NewGuid(), RateLimitDimension.Estimate("k", Rule, 5));

        var decision = RateLimitDecision.Granted(Rule, 2, 95, Second, reservation, isDegraded: true);

        decision.IsGranted.Should().BeTrue();
        (decision.Rule, decision.DimensionIndex, decision.Limit, decision.Remaining).Should().Be((Rule, 2, 100L, 95L));
        (decision.RetryAfter, decision.ResetAfter, decision.IsDegraded).Should().Be((TimeSpan.Zero, Second, true));
        decision.Reservation.Should().BeSameAs(reservation);
        decision.ThrowIfDenied();
    }

    [Fact]
    public void A_denial_carries_its_figures()
    {
        var decision = RateLimitDecision.Denied(Rule, 1, 3, Second, Second * 2);

        decision.IsGranted.Should().BeFalse();
        (decision.Rule, decision.DimensionIndex, decision.Limit, decision.Remaining).Should().Be((Rule, 1, 100L, 3L));
        (decision.RetryAfter, decision.ResetAfter, decision.IsDegraded).Should().Be((Second, Second * 2, false));
        decision.Reservation.Should().BeNull();
    }

    [Fact]
    public void Without_a_limit_a_request_is_granted()
    {
        RateLimitDecision.Unlimited.IsGranted.Should().BeTrue();
        RateLimitDecision.Unlimited.Remaining.Should().Be(long.MaxValue);
        RateLimitDecision.Unlimited.Rule.Should().BeSameAs(RateLimitRule.Unlimited);
    }

    [Fact]
    public void Figures_out_of_range_are_refused()
    {
        var remaining = () => RateLimitDecision.Granted(Rule, 0, -1, Second);
        var index = () => RateLimitDecision.Granted(Rule, -1, 0, Second);
        var reset = () => RateLimitDecision.Granted(Rule, 0, 0, -Second);
        var retry = () => RateLimitDecision.Denied(Rule, 0, 0, TimeSpan.Zero, Second);
        var rule = () => RateLimitDecision.Denied(null!, 0, 0, Second, Second);

        remaining.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("remaining");
        index.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("dimension");
        reset.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("resetAfter");
        retry.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("retryAfter");
        rule.Should().Throw<ArgumentNullException>().WithParameterName("rule");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(TimeSpan.TicksPerSecond, 1)]
    [InlineData(TimeSpan.TicksPerSecond + 1, 2)]
    [InlineData(long.MaxValue, 922_337_203_686)]
    public void A_denial_throws_with_its_facts_and_whole_seconds_that_are_not_too_early(long ticks, long seconds)
    {
        var retryAfter = TimeSpan.FromTicks(ticks);
        var act = () => RateLimitDecision.Denied(Rule, 0, 3, retryAfter, TimeSpan.MaxValue).ThrowIfDenied();

        var error = act.Should().Throw<RateLimitRejectedException>().Which;

        (error.RuleName, error.Limit, error.Remaining, error.RetryAfter).Should().Be(("calls", 100L, 3L, retryAfter));
        error.Message.Should().Be($"The rate limit 'calls' denied the call. Try again in {seconds} s.");
    }

    [Fact]
    public void A_degraded_denial_says_that_the_backend_is_away()
    {
        var error = new RateLimitRejectedException(RateLimitDecision.Denied(Rule, 0, 0, Second, Second, isDegraded: true));

        error.Decision.IsDegraded.Should().BeTrue();
        error.Message.Should().Be("The rate limit 'calls' denied the call, since its backend cannot be reached. Try again in 1 s.");
    }

    [Fact]
    public void A_grant_is_no_reason_for_the_exception()
    {
        var act = () => new RateLimitRejectedException(RateLimitDecision.Unlimited);

        act.Should().Throw<ArgumentException>().WithParameterName("decision");
    }

    [Fact]
    public void Decisions_allocate_nothing()
    {
        var granted = 0;

        var bytes = Allocations.Of(() =>
        {
            granted += RateLimitDecision.Granted(Rule, 0, 9, Second).IsGranted ? 1 : 0;
            granted += RateLimitDecision.Denied(Rule, 0, 9, Second, Second).IsGranted ? 1 : 0;
        });

        granted.Should().BePositive();
        bytes.Should().Be(0);
    }
}
