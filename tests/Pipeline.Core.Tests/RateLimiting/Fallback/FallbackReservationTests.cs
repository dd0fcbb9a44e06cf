using FluentAssertions;
using Pipeline.Backends;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Reservations that were granted before, during and between outages.</summary>
public sealed class FallbackReservationTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Tokens = RateLimitRule.SlidingWindow(100, Minute).WhenUnavailable(RateLimitFallback.Local, 10);
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(4, Minute).WhenUnavailable(RateLimitFallback.Local, 1);
    private static readonly RateLimitRule Allowed = RateLimitRule.SlidingWindow(10, Minute).WhenUnavailable(RateLimitFallback.Allow);
    private static readonly RateLimitRule Denied = RateLimitRule.SlidingWindow(10, Minute);

    private readonly FallbackHost _host = new();

    private FallbackRateLimiter Limiter => _host.Limiter;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_real_reservation_is_ended_at_the_backend_whose_absence_shows()
    {
        var first = (await Limiter.AcquireAsync(RateLimitDimension.Estimate("a", Tokens, 50))).Reservation!;
        var second = (await Limiter.AcquireAsync(new RateLimitDimension("a", Slots))).Reservation!;
        first.IsDegraded.Should().BeFalse();
        await _host.BeginOutageAsync(new RateLimitDimension("a", Denied));

        await Limiter.Invoking(l => l.SettleAsync(first, 20).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await Limiter.Invoking(l => l.RenewAsync(second).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await Limiter.Invoking(l => l.ReleaseAsync(second).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await Limiter.Invoking(l => l.ResetAsync("a", Tokens).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        _host.Backend.Fails = false;
        (await Limiter.SettleAsync(first, 20)).Should().BeTrue();
        (await Limiter.RenewAsync(second)).Should().BeTrue();
        (await Limiter.ReleaseAsync(second)).Should().BeTrue();
        (await Limiter.PeekAsync(new RateLimitDimension("a", Tokens))).Remaining.Should().Be(80);
    }

    [Fact]
    public async Task A_local_estimate_is_settled_where_it_was_counted_each_cost_at_its_own_dimension()
    {
        _host.Backend.Fails = true;
        var request = new RateLimitRequest(
            new("x", Allowed), RateLimitDimension.Estimate("a", Tokens, 8), new("b", Tokens, 3), RateLimitDimension.Estimate("c", Tokens, 5));

        var decision = await Limiter.AcquireAsync(request);
        var reservation = decision.Reservation!;
        (reservation.IsDegraded, reservation.Request.Count, decision.IsDegraded).Should().Be((true, 4, true));
        await Limiter.Invoking(l => l.SettleAsync(reservation, new long[] { 1 }).AsTask()).Should().ThrowAsync<ArgumentException>();
        await Limiter.Invoking(l => l.SettleAsync(reservation, new long[] { 1, 1, 1, -1 }).AsTask()).Should().ThrowAsync<ArgumentException>();
        (await Limiter.SettleAsync(reservation, new long[] { 0, 2, 0, 9 })).Should().BeTrue();
        (await Limiter.SettleAsync(reservation, new long[] { 0, 0, 0, 0 })).Should().BeFalse();
        (await Limiter.ReleaseAsync(reservation)).Should().BeFalse();

        (await RemainingAsync("a"), await RemainingAsync("b"), await RemainingAsync("c")).Should().Be((8, 7, 1));
        _host.Backend.Calls.Should().NotContain("Settle").And.NotContain("Release");
    }

    [Fact]
    public async Task A_local_lease_is_held_renewed_and_given_back_also_after_its_outage()
    {
        await _host.BeginOutageAsync(new RateLimitDimension("a", Slots));
        var held = (await Limiter.AcquireAsync(new RateLimitDimension("a", Slots))).Reservation!;
        (await Limiter.AcquireAsync(new RateLimitDimension("a", Slots))).IsGranted.Should().BeFalse("the share is 1");
        _host.Backend.Fails = false;
        _host.Clock.Advance(FallbackHost.Pause);
        (await Limiter.AcquireAsync(new RateLimitDimension("a", Slots))).IsDegraded.Should().BeFalse("the backend is back");

        _host.Clock.Advance(TimeSpan.FromSeconds(50));
        (await Limiter.RenewAsync(held)).Should().BeTrue();
        _host.Clock.Advance(TimeSpan.FromSeconds(50));
        (await Limiter.RenewAsync(held)).Should().BeTrue("it was renewed in time");
        (await Limiter.ReleaseAsync(held)).Should().BeTrue();
        (await Limiter.RenewAsync(held)).Should().BeFalse();
        _host.Backend.Calls.Should().NotContain("Renew").And.NotContain("Release");
    }

    [Fact]
    public async Task What_was_granted_uncounted_is_ended_once()
    {
        _host.Backend.Fails = true;

        var first = (await Limiter.AcquireAsync(RateLimitDimension.Estimate("a", Allowed, 3))).Reservation!;
        var second = (await Limiter.AcquireAsync(RateLimitDimension.Estimate("a", Allowed, 3))).Reservation!;

        first.Id.Should().NotBe(second.Id);
        (await Limiter.RenewAsync(first)).Should().BeTrue();
        (await Limiter.SettleAsync(first, 5)).Should().BeTrue();
        (await Limiter.RenewAsync(first)).Should().BeFalse();
        (await Limiter.SettleAsync(first, 5)).Should().BeFalse();
        (await Limiter.ReleaseAsync(second)).Should().BeTrue();
        (await Limiter.ReleaseAsync(second)).Should().BeFalse();
    }

    [Fact]
    public async Task A_degraded_reservation_of_another_process_is_ended_without_effect()
    {
        var foreign = new RateLimitReservation(Guid.NewGuid(), new RateLimitDimension("a", Slots), isDegraded: true);

        (await Limiter.SettleAsync(foreign, 0)).Should().BeFalse();
        (await Limiter.ReleaseAsync(foreign)).Should().BeFalse();
        (await Limiter.RenewAsync(foreign)).Should().BeFalse();
        _host.Backend.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_late_grant_that_nobody_got_is_given_back()
    {
        _host.Backend.Hangs = true;
        var request = new RateLimitRequest(RateLimitDimension.Estimate("a", Tokens, 5), new("a", Slots));

        var pending = Limiter.AcquireAsync(request);
        pending.IsCompleted.Should().BeFalse();
        _host.Clock.Advance(FallbackHost.Budget);
        var decision = await pending;
        _host.Backend.Hanging.Single().Grant();
        await _host.Backend.EndedAsync();

        decision.IsDegraded.Should().BeTrue();
        var (reservation, costs) = _host.Backend.Settled.Should().ContainSingle().Subject;
        reservation.IsDegraded.Should().BeFalse();
        costs.Should().Equal(0, 0);
    }

    [Fact]
    public async Task A_late_grant_that_cannot_be_given_back_is_counted()
    {
        _host.Backend.Hangs = true;

        var pending = Limiter.AcquireAsync(new RateLimitDimension("a", Slots));
        _host.Clock.Advance(FallbackHost.Budget);
        await pending;
        _host.Backend.Fails = true;
        _host.Backend.Hanging.Single().Grant();

        await _host.Measured.CountReachedAsync("pipeline.rate_limit.unsettled", 1);
        _host.Logs.Entries.Should().ContainSingle("it begins an outage, and no more");
    }

    private async Task<long> RemainingAsync(string key) => (await Limiter.PeekAsync(new RateLimitDimension(key, Tokens))).Remaining;
}
