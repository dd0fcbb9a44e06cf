using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>A lease that others wait for, that fails, and that a reset overtakes.</summary>
public sealed class BlockLeaseTests : IDisposable
{
    private const int TimeLimit = 60_000;

    private static readonly RateLimitRule Day = RateLimitRule.PerDay(20_000);
    private static readonly RateLimitDimension Hot = new(BlockHost.Key, Day);

    private readonly BlockHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact(Timeout = TimeLimit)]
    public async Task Those_who_ask_while_a_block_is_leased_wait_for_it_and_take_from_it()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        var (reached, open) = _host.HoldAnswers(RateLimiterCall.Acquire);

        var asking = Enumerable.Range(0, 250).Select(_ => _host.Limiter.AcquireAsync(Hot).AsTask()).ToArray();
        await reached;
        _host.Backend.Leases.Should().Be(2);
        open.SetResult();

        (await Task.WhenAll(asking)).Select(one => one.Remaining).Should().OnlyHaveUniqueItems().And.OnlyContain(left => left < 20_000 - 1_600);
        (_host.Backend.Leases, _host.Backend.Direct).Should().Be((4, 15));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Who_gives_up_only_stops_waiting_even_if_it_began_the_lease()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        var (reached, open) = _host.HoldAnswers(RateLimiterCall.Acquire);
        using var stop = new CancellationTokenSource();
        var first = _host.Limiter.AcquireAsync(Hot, stop.Token).AsTask();
        await reached;
        var second = _host.Limiter.AcquireAsync(Hot).AsTask();

        await stop.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        second.IsCompleted.Should().BeFalse();
        open.SetResult();

        (await second).Remaining.Should().Be(20_000 - 1_600 - 1, "who gave up took nothing");
        _host.Backend.Leases.Should().Be(2);
        await FluentActions.Awaiting(async () => await _host.Limiter.AcquireAsync(Hot, stop.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_fails_sends_each_caller_to_the_backend_and_is_not_tried_again_for_a_second()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        var failures = 1;
        _host.Backend.Before = call => call == RateLimiterCall.Acquire && Interlocked.Decrement(ref failures) >= 0
            ? throw new BackendUnavailableException("Memory", "acquire")
            : Task.CompletedTask;

        var decisions = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _host.Limiter.AcquireAsync(Hot).AsTask()));

        decisions.Should().OnlyContain(one => one.IsGranted);
        (_host.Backend.Leases, _host.Backend.Direct).Should().Be((2, 25));
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        await _host.Limiter.AcquireAsync(Hot);
        _host.Backend.Leases.Should().Be(3);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_backend_that_is_away_is_what_each_caller_learns()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        _host.Backend.Before = _ => throw new BackendUnavailableException("Memory", "acquire");

        for (var i = 0; i < 3; i++)
        {
            await FluentActions.Awaiting(async () => await _host.Limiter.AcquireAsync(Hot)).Should().ThrowAsync<BackendUnavailableException>();
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Charges_whose_answer_was_lost_are_not_handed_out()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        var failures = 1;
        _host.Backend.After = call => call == RateLimiterCall.Acquire && Interlocked.Decrement(ref failures) >= 0
            ? throw new BackendUnavailableException("Memory", "acquire")
            : Task.CompletedTask;

        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 1_600 - 100 - 1);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_degraded_answer_is_no_block()
    {
        _host.Backend.Answer = static decision => decision is { IsGranted: true, Reservation: { } held }
            ? RateLimitDecision.Granted(decision.Rule, 0, decision.Remaining, decision.ResetAfter, held, isDegraded: true)
            : decision;

        (await _host.HeatAsync(Hot)).Remaining.Should().Be(20_000 - 16);

        (_host.Backend.Leases, _host.Backend.Direct, _host.Backend.CallsOf(RateLimiterCall.Settle)).Should().Be((1, 16, 1));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Where_less_than_a_block_is_left_the_own_rest_is_back_before_a_caller_asks_for_itself()
    {
        await _host.HeatAsync(Hot);
        await _host.Limiter.AcquireAsync(Hot.WithCost(96));
        _host.Backend.Memory.Acquire(Hot.WithCost(20_000 - 115 - 2));

        var decision = await _host.Limiter.AcquireAsync(Hot.WithCost(5));

        (decision.IsGranted, decision.Remaining).Should().Be((true, 0));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task After_a_reset_the_own_block_is_gone_and_the_whole_limit_is_there()
    {
        await _host.HeatAsync(Hot);

        await _host.Limiter.ResetAsync(BlockHost.Key, RateLimitRule.PerDay(5));

        _host.Backend.Remaining(Hot).Should().Be(20_000);
        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().BeLessThan(20_000);
        await _host.Limiter.DisposeAsync();
        _host.Backend.Remaining(Hot).Should().Be(20_000 - 1);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_a_reset_overtakes_brings_nothing_and_none_begins_until_the_reset_is_over()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        var (leased, openLease) = _host.HoldAnswers(RateLimiterCall.Acquire);
        var waiting = _host.Limiter.AcquireAsync(Hot).AsTask();
        await leased;
        var (reset, openReset) = _host.HoldAnswers(RateLimiterCall.Reset);
        var resetting = _host.Limiter.ResetAsync(BlockHost.Key, Day).AsTask();
        await reset;

        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 1);
        _host.Backend.Leases.Should().Be(2);
        openLease.SetResult();
        (await waiting).Remaining.Should().Be(20_000 - 2);
        openReset.SetResult();
        await resetting;

        _host.Backend.Remaining(Hot).Should().Be(20_000 - 2);
        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 3);
        _host.Backend.Leases.Should().Be(3);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reset_of_what_has_no_block_leaves_nothing_behind()
    {
        await _host.Limiter.ResetAsync(BlockHost.Key, Day);
        await _host.Limiter.ResetAsync(BlockHost.Key, RateLimitRule.TokenBucket(5, TimeSpan.FromMinutes(1)));

        (_host.Backend.CallsOf(RateLimiterCall.Reset), _host.Time.Running).Should().Be((2, 0));
        await FluentActions.Awaiting(async () => await _host.Limiter.ResetAsync("", Day)).Should().ThrowAsync<ArgumentException>();
    }
}
