using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Xunit;

namespace Pipeline.RateLimiting;

public sealed class RateLimiterFaultInjectionTests
{
    private static readonly RateLimitRule Rule = RateLimitRule.SlidingWindow(10, TimeSpan.FromMinutes(1));
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(1, TimeSpan.FromMinutes(1));

    private readonly RateLimiterFaults _faults = new();
    private readonly InMemoryRateLimiter _inner = new(new ManualTimeProvider());
    private readonly FaultInjectingRateLimiter _limiter;

    public RateLimiterFaultInjectionTests() => _limiter = new(_inner, _faults);

    [Fact]
    public async Task A_call_that_fails_before_takes_no_effect()
    {
        _faults.FailBefore(RateLimiterCall.Acquire, times: 2);

        await Acquiring().Should().ThrowAsync<BackendUnavailableException>();
        await Acquiring().Should().ThrowAsync<BackendUnavailableException>();
        await Acquiring().Should().NotThrowAsync();

        (await RemainingAsync()).Should().Be(9);
    }

    [Fact]
    public async Task A_call_that_fails_after_takes_effect()
    {
        _faults.FailAfter(RateLimiterCall.Acquire, exception: new TimeoutException());

        await Acquiring().Should().ThrowAsync<TimeoutException>();

        (await RemainingAsync()).Should().Be(9);
    }

    [Theory]
    [InlineData(RateLimiterCall.Acquire)]
    [InlineData(RateLimiterCall.Settle)]
    [InlineData(RateLimiterCall.Release)]
    [InlineData(RateLimiterCall.Renew)]
    [InlineData(RateLimiterCall.Peek)]
    [InlineData(RateLimiterCall.Reset)]
    public async Task Each_call_has_faults_of_its_own(RateLimiterCall call)
    {
        var held = (await _limiter.AcquireAsync(new RateLimitDimension("k", Slots))).Reservation!;
        _faults.FailBefore(call);

        foreach (var other in Enum.GetValues<RateLimiterCall>().Where(other => other != call))
        {
            await Calling(other, held).Should().NotThrowAsync();
        }

        await Calling(call, held).Should().ThrowAsync<BackendUnavailableException>().WithMessage($"*rate limiter {call}*");
        await Calling(call, held).Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_settlement_whose_answer_was_lost_can_be_repeated()
    {
        var held = (await _limiter.AcquireAsync(RateLimitDimension.Estimate("k", Rule, 8))).Reservation!;
        _faults.FailAfter(RateLimiterCall.Settle);

        await FluentActions.Awaiting(async () => await _limiter.SettleAsync(held, 3)).Should().ThrowAsync<BackendUnavailableException>();
        (await _limiter.SettleAsync(held, 3)).Should().BeFalse();

        (await RemainingAsync()).Should().Be(7);
    }

    [Fact]
    public async Task A_call_waits_at_its_gate_and_can_be_cancelled_there()
    {
        var gate = _faults.Hold(RateLimiterCall.Acquire);
        using var cancellation = new CancellationTokenSource();
        var cancelled = _limiter.AcquireAsync(new RateLimitDimension("k", Rule), cancellation.Token).AsTask();
        var waiting = _limiter.AcquireAsync(new RateLimitDimension("k", Rule)).AsTask();
        await gate.Reached;
        waiting.IsCompleted.Should().BeFalse();
        (await RemainingAsync()).Should().Be(10);

        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => cancelled).Should().ThrowAsync<OperationCanceledException>();
        gate.Open();

        (await waiting).Remaining.Should().Be(9);
    }

    [Fact]
    public void Abilities_are_those_of_the_inner_limiter()
    {
        ((ICapabilityProvider)_limiter).GetCapability<InMemoryRateLimiter>().Should().BeSameAs(_inner);
        ((ICapabilityProvider)_limiter).GetCapability<FaultInjectingRateLimiter>().Should().BeSameAs(_limiter);
    }

    private Func<Task> Calling(RateLimiterCall call, RateLimitReservation held) => async () =>
    {
        switch (call)
        {
            case RateLimiterCall.Acquire:
                await _limiter.AcquireAsync(new RateLimitDimension("k", Rule));
                break;
            case RateLimiterCall.Settle:
                await _limiter.SettleAsync(held, 1);
                break;
            case RateLimiterCall.Release:
                await _limiter.ReleaseAsync(held);
                break;
            case RateLimiterCall.Renew:
                await _limiter.RenewAsync(held);
                break;
            case RateLimiterCall.Peek:
                await _limiter.PeekAsync(new RateLimitDimension("k", Rule));
                break;
            default:
                await _limiter.ResetAsync("k", Slots);
                break;
        }
    };

    private Func<Task> Acquiring() => async () => await _limiter.AcquireAsync(new RateLimitDimension("k", Rule));

    private async Task<long> RemainingAsync() => (await _inner.PeekAsync(new RateLimitDimension("k", Rule, 0))).Remaining;
}
