using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>How outages begin, go on and end.</summary>
public sealed class FallbackOutageTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly RateLimitRequest One = new RateLimitDimension(
        "a", RateLimitRule.SlidingWindow(100, Minute).WhenUnavailable(RateLimitFallback.Local, 2));

    private readonly FallbackHost _host = new();

    private AwayLimiter Backend => _host.Backend;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_backend_that_answers_within_the_budget_is_waited_for()
    {
        Backend.Hangs = true;

        var pending = AcquireAsync();
        _host.Clock.Advance(FallbackHost.Budget - Tick);
        pending.IsCompleted.Should().BeFalse();
        Backend.Hanging.Single().Grant();

        (await pending).IsDegraded.Should().BeFalse();
        _host.OutagesBegun.Should().Be(0);
    }

    [Fact]
    public async Task A_backend_that_hangs_is_given_up_when_the_budget_is_spent()
    {
        Backend.Hangs = true;

        var pending = AcquireAsync();
        _host.Clock.Advance(FallbackHost.Budget);

        (await pending).IsDegraded.Should().BeTrue();
        Backend.Hanging.Single().Fail();
        _host.OutagesBegun.Should().Be(1);
        _host.Measured.Of("pipeline.rate_limit.outages").Should().ContainSingle();
    }

    [Fact]
    public async Task Many_calls_that_fail_together_are_one_outage()
    {
        Backend.Hangs = true;
        var calls = Enumerable.Range(0, 100).Select(_ => AcquireAsync()).ToArray();

        _host.Clock.Advance(FallbackHost.Budget);
        var decisions = await Task.WhenAll(calls);

        decisions.Should().OnlyContain(decision => decision.IsDegraded);
        decisions.Count(decision => decision.IsGranted).Should().Be(2);
        (_host.OutagesBegun, _host.OutagesEnded).Should().Be((1, 0));
    }

    [Fact]
    public async Task While_one_call_tries_the_backend_the_others_are_answered_at_once()
    {
        await _host.BeginOutageAsync(One);
        Backend.Hangs = true;
        var asked = Backend.Decisions;

        var attempt = AcquireAsync();
        var others = Enumerable.Range(0, 10).Select(_ => AcquireAsync()).ToArray();

        attempt.IsCompleted.Should().BeFalse();
        others.Should().OnlyContain(call => call.IsCompletedSuccessfully && call.Result.IsDegraded);
        Backend.Decisions.Should().Be(asked + 1);
        _host.Clock.Advance(FallbackHost.Budget);
        (await attempt).IsDegraded.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_try_that_failed_nobody_tries_for_a_while(bool hangs)
    {
        await _host.BeginOutageAsync(One);
        Backend.Hangs = hangs;
        var attempt = AcquireAsync();
        _host.Clock.Advance(FallbackHost.Budget);
        await attempt;
        var asked = Backend.Decisions;

        // The one that failed at once failed a budget earlier.
        _host.Clock.Advance(FallbackHost.Pause - Tick - (hangs ? TimeSpan.Zero : FallbackHost.Budget));
        AcquireAsync().IsCompletedSuccessfully.Should().BeTrue();
        Backend.Decisions.Should().Be(asked);
        _host.Clock.Advance(Tick);
        _ = AcquireAsync();
        Backend.Decisions.Should().Be(asked + 1);
    }

    [Fact]
    public async Task A_try_that_succeeds_is_the_answer_and_ends_the_outage()
    {
        await _host.BeginOutageAsync(One);
        _host.Clock.Advance(Minute);
        Backend.Fails = false;

        var first = await AcquireAsync();
        var second = await AcquireAsync();

        (first.IsDegraded, first.Remaining, second.IsDegraded, second.Remaining).Should().Be((false, 99, false, 98));
        (_host.OutagesBegun, _host.OutagesEnded).Should().Be((1, 1));
        _host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 4001 && entry.Text.Contains("00:01:00"));
    }

    [Fact]
    public async Task A_peek_ends_an_outage_too()
    {
        await _host.BeginOutageAsync(One);
        Backend.Fails = false;

        (await _host.Limiter.PeekAsync(One)).IsDegraded.Should().BeFalse();
        (await AcquireAsync()).IsDegraded.Should().BeFalse();
    }

    [Fact]
    public async Task A_denial_by_the_backend_ends_an_outage_too()
    {
        await _host.Limiter.AcquireAsync(One.Dimensions[0].WithCost(100));
        await _host.BeginOutageAsync(One);
        Backend.Fails = false;

        var denial = await AcquireAsync();

        (denial.IsGranted, denial.IsDegraded).Should().Be((false, false));
        _host.OutagesEnded.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_that_comes_late_does_not_end_an_outage()
    {
        Backend.Hangs = true;
        var first = AcquireAsync();
        _host.Clock.Advance(FallbackHost.Budget);
        await first;
        var attempt = AcquireAsync();
        _host.Clock.Advance(FallbackHost.Budget);
        await attempt;

        foreach (var late in Backend.Hanging)
        {
            late.Grant();
        }

        Backend.Hangs = false;
        (await AcquireAsync()).IsDegraded.Should().BeTrue();
        _host.OutagesEnded.Should().Be(0);
    }

    [Fact]
    public async Task Each_outage_counts_anew()
    {
        for (var outage = 1; outage <= 3; outage++)
        {
            Backend.Fails = true;
            var granted = new List<bool>();
            for (var i = 0; i < 3; i++)
            {
                granted.Add((await AcquireAsync()).IsGranted);
            }

            granted.Should().Equal(true, true, false);
            Backend.Fails = false;
            _host.Clock.Advance(FallbackHost.Pause);
            (await AcquireAsync()).IsDegraded.Should().BeFalse();
            (_host.OutagesBegun, _host.OutagesEnded).Should().Be((outage, outage));
        }

        _host.Measured.Of("pipeline.rate_limit.outages").Should().HaveCount(3);
    }

    [Fact]
    public async Task A_call_from_before_an_outage_that_fails_after_it_begins_none()
    {
        Backend.Hangs = true;
        var old = AcquireAsync();
        Backend.Hangs = false;
        await _host.BeginOutageAsync(One);
        Backend.Fails = false;
        (await AcquireAsync()).IsDegraded.Should().BeFalse("the outage is over");

        Backend.Hanging.Single().Fail();

        (await old).IsDegraded.Should().BeTrue();
        (await AcquireAsync()).IsDegraded.Should().BeFalse();
        (_host.OutagesBegun, _host.OutagesEnded).Should().Be((1, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_no_outage_passes_through_and_changes_nothing(bool isInOutage)
    {
        if (isInOutage)
        {
            await _host.BeginOutageAsync(One);
            Backend.Fails = false;
        }

        Backend.Error = new InvalidOperationException("A bug.");
        await FluentActions.Awaiting(AcquireAsync).Should().ThrowAsync<InvalidOperationException>().WithMessage("A bug.");
        Backend.Error = null;

        (await AcquireAsync()).IsDegraded.Should().BeFalse();
        _host.OutagesBegun.Should().Be(isInOutage ? 1 : 0);
    }

    [Fact]
    public async Task A_backend_that_throws_before_it_returns_a_task_is_away_as_well()
    {
        Backend.Error = AwayLimiter.Away();

        (await AcquireAsync()).IsDegraded.Should().BeTrue();
    }

    [Fact]
    public async Task A_reset_in_an_outage_forgets_what_was_counted_here()
    {
        await _host.BeginOutageAsync(One);
        await _host.Limiter.AcquireAsync(One.Dimensions[0].WithCost(2));
        (await AcquireAsync()).IsGranted.Should().BeFalse();
        Backend.Fails = false;

        await _host.Limiter.ResetAsync("a", One.Dimensions[0].Rule);

        Backend.Calls.Should().Contain("Reset");
        Backend.Fails = true;
        (await AcquireAsync()).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task Capabilities_and_disposal_are_those_of_the_limiter_within()
    {
        _host.Limiter.GetCapability<AwayLimiter>().Should().BeSameAs(Backend);
        _host.Limiter.GetCapability<IFormattable>().Should().BeNull();

        await _host.Limiter.DisposeAsync();

        Backend.IsDisposed.Should().BeTrue();
    }

    private Task<RateLimitDecision> AcquireAsync() => _host.Limiter.AcquireAsync(One).AsTask();
}
