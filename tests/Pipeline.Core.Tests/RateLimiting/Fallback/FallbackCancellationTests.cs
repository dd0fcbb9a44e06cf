using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Callers who give up while the backend is asked.</summary>
public sealed class FallbackCancellationTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRequest One = new RateLimitDimension(
        "a", RateLimitRule.SlidingWindow(100, Minute).WhenUnavailable(RateLimitFallback.Local, 2));

    private readonly FallbackHost _host = new();

    private AwayLimiter Backend => _host.Backend;

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_who_cancels_is_not_kept_waiting_and_gets_nothing_taken(bool isInOutage)
    {
        var slots = RateLimitRule.Concurrency(4, Minute);
        if (isInOutage)
        {
            await _host.BeginOutageAsync(One);
            Backend.Fails = false;
        }

        Backend.Hangs = true;
        using var caller = new CancellationTokenSource();
        var pending = _host.Limiter.AcquireAsync(new RateLimitDimension("a", slots), caller.Token).AsTask();
        await caller.CancelAsync();

        var canceled = await FluentActions.Awaiting(() => pending).Should().ThrowAsync<OperationCanceledException>();
        canceled.Which.CancellationToken.Should().Be(caller.Token);
        Backend.Hanging.Single().Token.Should().Be(caller.Token);
        Backend.Hanging.Single().Grant();
        await Backend.EndedAsync();
        Backend.Settled.Should().ContainSingle().Which.Costs.Should().Equal(0);
        _host.OutagesBegun.Should().Be(isInOutage ? 1 : 0, "a caller who gives up tells nothing of the backend");
    }

    [Fact]
    public async Task A_try_that_its_caller_gave_up_leaves_the_turn_to_the_next_call()
    {
        await _host.BeginOutageAsync(One);
        Backend.Hangs = true;
        using var caller = new CancellationTokenSource();
        var attempt = _host.Limiter.AcquireAsync(One, caller.Token).AsTask();
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => attempt).Should().ThrowAsync<OperationCanceledException>();
        (Backend.Hangs, Backend.Fails) = (false, false);

        (await AcquireAsync()).IsDegraded.Should().BeFalse();
    }

    [Fact]
    public async Task A_call_that_was_cancelled_before_is_no_decision_in_an_outage_either()
    {
        await _host.BeginOutageAsync(One);
        Backend.Hangs = true;
        var attempt = AcquireAsync();

        await FluentActions.Awaiting(() => _host.Limiter.AcquireAsync(One, new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        _host.Clock.Advance(FallbackHost.Budget);
        await attempt;
    }

    private Task<RateLimitDecision> AcquireAsync() => _host.Limiter.AcquireAsync(One).AsTask();
}
