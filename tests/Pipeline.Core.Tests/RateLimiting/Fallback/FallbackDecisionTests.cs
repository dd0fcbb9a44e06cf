using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>What the rules' fallbacks say while the backend is away.</summary>
public sealed class FallbackDecisionTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Denied = RateLimitRule.SlidingWindow(10, Minute).Named("denied");
    private static readonly RateLimitRule Allowed = RateLimitRule.SlidingWindow(10, Minute).Named("allowed").WhenUnavailable(RateLimitFallback.Allow);
    private static readonly RateLimitRule Local = RateLimitRule.SlidingWindow(10, Minute).Named("local").WhenUnavailable(RateLimitFallback.Local, 2);

    private readonly FallbackHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_rule_that_says_nothing_denies_and_says_to_come_again_soon()
    {
        _host.Backend.Fails = true;

        var decision = await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Denied));

        (decision.IsGranted, decision.IsDegraded, decision.Rule, decision.Remaining).Should().Be((false, true, Denied, 0));
        decision.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(Minute);
    }

    [Fact]
    public async Task A_rule_that_allows_grants_uncounted_however_often()
    {
        _host.Backend.Fails = true;

        for (var i = 0; i < 20; i++)
        {
            var decision = await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Allowed, 7));

            (decision.IsGranted, decision.IsDegraded, decision.Rule, decision.Remaining, decision.Reservation).Should().Be((true, true, Allowed, 10, null));
        }
    }

    [Fact]
    public async Task A_rule_that_counts_locally_grants_its_share_for_each_key()
    {
        _host.Backend.Fails = true;

        var grants = new List<RateLimitDecision>();
        foreach (var key in new[] { "a", "a", "b", "a", "b", "b" })
        {
            grants.Add(await _host.Limiter.AcquireAsync(new RateLimitDimension(key, Local)));
        }

        grants.Select(decision => decision.IsGranted).Should().Equal(true, true, true, false, true, false);
        grants.Should().OnlyContain(decision => decision.IsDegraded && decision.Limit == 2 && decision.Rule.Name == "local");
        (grants[0].Remaining, grants[1].Remaining, grants[3].Remaining).Should().Be((1, 0, 0));
        grants[3].RetryAfter.Should().BeGreaterThanOrEqualTo(Minute);
        _host.Clock.Advance(grants[3].RetryAfter);
        (await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Local))).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task One_rule_that_denies_denies_the_request_and_nothing_is_counted()
    {
        _host.Backend.Fails = true;
        var mixed = new RateLimitRequest(new("a", Local), new("b", Allowed), new("c", Denied));

        for (var i = 0; i < 3; i++)
        {
            var decision = await _host.Limiter.AcquireAsync(mixed);
            (decision.IsGranted, decision.Rule, decision.DimensionIndex).Should().Be((false, Denied, 2));
        }

        (await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Local, 2))).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Local_dimensions_are_taken_all_or_none_beside_those_that_allow()
    {
        _host.Backend.Fails = true;
        var both = new RateLimitRequest(new("x", Allowed), new("a", Local), new("b", Local));
        await _host.Limiter.AcquireAsync(new RateLimitDimension("b", Local));

        var first = await _host.Limiter.AcquireAsync(both);
        var second = await _host.Limiter.AcquireAsync(both);
        var rest = await _host.Limiter.PeekAsync(new RateLimitDimension("a", Local));

        (first.IsGranted, first.DimensionIndex, first.Remaining, first.IsDegraded).Should().Be((true, 2, 0, true));
        (second.IsGranted, second.DimensionIndex, second.IsDegraded).Should().Be((false, 2, true));
        rest.Remaining.Should().Be(1, "the denied request took nothing of the other key");
    }

    [Fact]
    public async Task A_rule_without_a_limit_has_no_say_in_an_outage()
    {
        await _host.BeginOutageAsync(new RateLimitDimension("a", Denied));

        var alone = await _host.Limiter.AcquireAsync(new RateLimitDimension("a", RateLimitRule.Unlimited));
        var beside = await _host.Limiter.AcquireAsync(new RateLimitRequest(new("a", RateLimitRule.Unlimited), new("b", Allowed)));

        (alone.IsGranted, alone.IsDegraded).Should().Be((true, false));
        (beside.IsGranted, beside.IsDegraded, beside.DimensionIndex).Should().Be((true, true, 1));
        _host.OutagesEnded.Should().Be(0, "an answer that needs no backend tells nothing of it");
    }

    [Fact]
    public async Task A_fixed_cost_above_the_local_share_is_denied_and_an_estimate_takes_the_whole_share()
    {
        _host.Backend.Fails = true;

        var tooHigh = await _host.Limiter.AcquireAsync(new RateLimitRequest(new("x", Allowed), new("a", Local, 3)));
        var estimate = await _host.Limiter.AcquireAsync(RateLimitDimension.Estimate("a", Local, 9));
        var next = await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Local));

        (tooHigh.IsGranted, tooHigh.IsDegraded, tooHigh.DimensionIndex, tooHigh.Limit).Should().Be((false, true, 1, 2));
        (estimate.IsGranted, estimate.Remaining).Should().Be((true, 0));
        estimate.Reservation!.Request.Dimensions[0].Cost.Should().Be(9, "that is what was asked for");
        next.IsGranted.Should().BeFalse();
    }

    [Fact]
    public async Task Two_buckets_of_one_key_do_not_meet_in_the_period_that_their_shares_are_refilled_in()
    {
        _host.Backend.Fails = true;
        var slow = RateLimitRule.TokenBucket(100, 1, TimeSpan.FromSeconds(1)).WhenUnavailable(RateLimitFallback.Local, 10);
        var slower = RateLimitRule.TokenBucket(50, 50, TimeSpan.FromSeconds(10)).WhenUnavailable(RateLimitFallback.Local, 5);
        slow.ToLocal().StateId.Should().Be(slower.ToLocal().StateId);
        var both = new RateLimitRequest(new("a", slow, 5), new("a", slower, 5));

        (await _host.Limiter.AcquireAsync(both)).IsGranted.Should().BeTrue();
        var denial = await _host.Limiter.AcquireAsync(both);

        (denial.IsGranted, denial.DimensionIndex).Should().Be((false, 1));
        await _host.Limiter.Invoking(l => l.ResetAsync("a", slow).AsTask()).Should().ThrowAsync<Pipeline.Backends.BackendUnavailableException>();
        (await _host.Limiter.PeekAsync(new RateLimitDimension("a", slow))).Remaining.Should().Be(10);
        (await _host.Limiter.PeekAsync(new RateLimitDimension("a", slower))).Remaining.Should().Be(0);
    }

    [Fact]
    public async Task A_peek_is_answered_alike_and_takes_nothing()
    {
        _host.Backend.Fails = true;

        for (var i = 0; i < 3; i++)
        {
            var decision = await _host.Limiter.PeekAsync(RateLimitDimension.Estimate("a", Local, 2));
            (decision.IsGranted, decision.IsDegraded, decision.Remaining, decision.Reservation).Should().Be((true, true, 2, null));
        }

        (await _host.Limiter.PeekAsync(RateLimitDimension.Estimate("a", Allowed, 2))).Reservation.Should().BeNull();
        _host.Measured.Of("pipeline.rate_limit.requests").Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_without_dimensions_is_an_error_in_an_outage_as_ever()
    {
        await _host.Limiter.Invoking(l => l.AcquireAsync(default).AsTask()).Should().ThrowAsync<ArgumentException>();
        await _host.BeginOutageAsync(new RateLimitDimension("a", Denied));

        await _host.Limiter.Invoking(l => l.AcquireAsync(default).AsTask()).Should().ThrowAsync<ArgumentException>();
        await _host.Limiter.Invoking(l => l.PeekAsync(default).AsTask()).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Decisions_are_counted_by_rule_and_outcome()
    {
        await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Denied, 10));
        await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Denied));
        _host.Backend.Fails = true;
        await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Denied));
        await _host.Limiter.AcquireAsync(new RateLimitDimension("a", Allowed));

        _host.Measured.Of("pipeline.rate_limit.requests").Should().Equal(
            (1, "pipeline.rate_limit.rule=denied pipeline.outcome=granted"),
            (1, "pipeline.rate_limit.rule=denied pipeline.outcome=denied"),
            (1, "pipeline.rate_limit.rule=denied pipeline.outcome=denied_degraded"),
            (1, "pipeline.rate_limit.rule=allowed pipeline.outcome=granted_degraded"));
    }
}
