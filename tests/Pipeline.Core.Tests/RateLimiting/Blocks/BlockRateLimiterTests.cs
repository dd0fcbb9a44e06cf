using FluentAssertions;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>What is leased, what passes through, and what a caller is told.</summary>
public sealed class BlockRateLimiterTests : IDisposable
{
    private static readonly RateLimitRule Day = RateLimitRule.PerDay(20_000);
    private static readonly RateLimitDimension Hot = new(BlockHost.Key, Day);

    private readonly BlockHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_thousand_grants_of_a_hot_key_are_a_block_for_each_hundred()
    {
        for (var i = 0; i < 1_000; i++)
        {
            (await _host.Limiter.AcquireAsync(Hot)).IsGranted.Should().BeTrue();
        }

        (_host.Backend.Direct, _host.Backend.Leases).Should().Be((HeatMap.HotCalls - 1, 10));
        _host.Backend.CallsOf(RateLimiterCall.Settle).Should().Be(9, "a block that is used up ends, too");
        await _host.Limiter.DisposeAsync();
        _host.Backend.Remaining(Hot).Should().Be(19_000);
    }

    [Fact]
    public async Task A_key_that_is_asked_for_fifteen_times_a_second_is_not_hot()
    {
        for (var second = 0; second < 5; second++)
        {
            for (var i = 1; i < HeatMap.HotCalls; i++)
            {
                await _host.Limiter.AcquireAsync(Hot);
            }

            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (_host.Backend.Direct, _host.Backend.Leases, _host.Time.Running).Should().Be((75, 0, 0));
    }

    [Fact]
    public async Task A_hot_key_stays_hot_in_the_second_that_follows_and_no_longer()
    {
        await _host.HeatAsync(Hot.WithCost(100));
        _host.Clock.Advance(TimeSpan.FromSeconds(1));

        await _host.Limiter.AcquireAsync(Hot.WithCost(100));
        _host.Backend.Leases.Should().Be(2);

        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        await _host.Limiter.AcquireAsync(Hot.WithCost(100));
        _host.Backend.Leases.Should().Be(2);
    }

    [Fact]
    public async Task What_no_block_can_serve_passes_through()
    {
        var minute = TimeSpan.FromMinutes(1);
        RateLimitRequest[] requests =
        [
            new RateLimitRequest(Hot, new("other", Day)), RateLimitDimension.Estimate("estimate", Day, 1), Hot.WithCost(0), Hot.WithCost(101),
            new RateLimitDimension("small", RateLimitRule.PerDay(9_999)), new RateLimitDimension("key", RateLimitRule.SlidingWindow(20_000, minute)),
            new RateLimitDimension("key", RateLimitRule.TokenBucket(20_000, minute)), new RateLimitDimension("key", RateLimitRule.Concurrency(20_000, minute)),
        ];
        foreach (var request in requests)
        {
            var decisions = new List<RateLimitDecision>();
            for (var i = 0; i < 20; i++)
            {
                decisions.Add(await _host.Limiter.AcquireAsync(request));
            }

            decisions.Should().OnlyContain(one => one.IsGranted && (one.Reservation != null) == request.NeedsReservation);
        }

        (await _host.Limiter.AcquireAsync(new RateLimitDimension("key", RateLimitRule.Unlimited))).Should().Be(RateLimitDecision.Unlimited);
        _host.Backend.CallsOf(RateLimiterCall.Acquire).Should().Be((requests.Length * 20) + 1);
        _host.Time.Running.Should().Be(0);
        await FluentActions.Awaiting(async () => await _host.Limiter.AcquireAsync(default)).Should().ThrowAsync<ArgumentException>();
    }

    public static TheoryData<RateLimitRule> StandingWindows { get; } =
        [RateLimitRule.FixedWindow(20_000, TimeSpan.FromMinutes(1)), RateLimitRule.PerDay(20_000), RateLimitRule.PerMonth(20_000)];

    [Theory]
    [MemberData(nameof(StandingWindows))]
    public async Task A_grant_out_of_a_block_has_the_figures_of_the_window(RateLimitRule rule)
    {
        _host.Clock.Advance(TimeSpan.FromSeconds(10));
        var named = new RateLimitDimension(BlockHost.Key, rule.Named("calls"));
        await _host.HeatAsync(new(BlockHost.Key, rule));
        _host.Clock.Advance(TimeSpan.FromSeconds(0.25));

        var decision = await _host.Limiter.AcquireAsync(named.WithCost(7));

        var now = _host.Clock.GetUtcNow();
        decision.Should().Be(RateLimitDecision.Granted(named.Rule, 0, 20_000 - 16 - 7, rule.GetWindowAt(now).End - now));
        _host.Backend.Leases.Should().Be(1);
    }

    [Fact]
    public async Task To_the_end_of_a_window_every_permit_is_admitted_and_not_one_more()
    {
        var granted = 0;
        while ((await _host.Limiter.AcquireAsync(Hot.WithCost(3))).IsGranted)
        {
            granted += 3;
        }

        granted.Should().Be(19_998);
        (await _host.Limiter.AcquireAsync(Hot.WithCost(2))).Remaining.Should().Be(0);
        var leases = _host.Backend.Leases;
        for (var i = 0; i < 50; i++)
        {
            (await _host.Limiter.AcquireAsync(Hot)).IsGranted.Should().BeFalse();
        }

        _host.Backend.Leases.Should().Be(leases, "after a denial no block is tried for a second");
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        await _host.HeatAsync(Hot);
        _host.Backend.Leases.Should().Be(leases + 1);
    }

    [Fact]
    public async Task A_rule_with_another_limit_does_not_take_from_a_block()
    {
        await _host.HeatAsync(Hot);
        var other = new RateLimitDimension(BlockHost.Key, RateLimitRule.PerDay(10_000));

        (await _host.HeatAsync(other)).Remaining.Should().Be(10_000 - 15 - 100 - 16);

        _host.Backend.Leases.Should().Be(1);
        (await _host.Limiter.PeekAsync(other)).Remaining.Should().Be(10_000 - 15 - 100 - 16);
    }

    [Fact]
    public async Task Peeking_counts_what_the_own_block_has()
    {
        await _host.HeatAsync(Hot);
        (await _host.Limiter.PeekAsync(Hot)).Remaining.Should().Be(20_000 - 16);
        _host.Backend.Memory.Acquire(Hot.WithCost(20_000 - 115));

        var small = await _host.Limiter.PeekAsync(Hot.WithCost(99));
        var large = await _host.Limiter.PeekAsync(Hot.WithCost(100));

        (small.IsGranted, small.Remaining).Should().Be((true, 99));
        (large.IsGranted, large.Remaining).Should().Be((false, 0));
        (await _host.Limiter.AcquireAsync(Hot.WithCost(99))).Should().Match<RateLimitDecision>(one => one.IsGranted && one.Remaining >= 0);
    }

    [Fact]
    public async Task So_many_states_have_blocks_at_most()
    {
        const int Most = 4_096;
        using var other = new BlockHost(blockSize: 2);
        foreach (var key in Enumerable.Range(0, Most + 100).Select(i => $"tenant:{i}"))
        {
            await other.HeatAsync(new(key, Day));
        }

        // Of keys that share a place in the map of heat the later one can need some calls more.
        other.Backend.Leases.Should().BeInRange(Most / 2, Most);
        other.Time.Running.Should().Be(1);
    }

    [Fact]
    public void Heat_takes_no_memory_however_many_keys_there_are()
    {
        var heat = new HeatMap(TimeSpan.TicksPerSecond);
        var hot = 0;

        Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                hot += heat.Count(i, i) ? 1 : 0;
            }
        }).Should().Be(0);

        hot.Should().Be(0);
    }

    [Fact]
    public void A_hot_key_is_found_among_cold_ones_in_the_same_place()
    {
        const int Stride = 4_096;
        var heat = new HeatMap(TimeSpan.TicksPerSecond);
        for (var i = 1; i <= 50; i++)
        {
            heat.Count(7, 0);
            heat.Count(7, 0);
            heat.Count(7 + (i * Stride), 0).Should().BeFalse();
        }

        heat.Count(7, 0).Should().BeTrue();
        heat.Count(7, TimeSpan.TicksPerSecond).Should().BeTrue();
        heat.Count(7, TimeSpan.TicksPerSecond * 2).Should().BeFalse();
    }

    [Fact]
    public async Task Reservations_of_others_pass_through()
    {
        var slots = new RateLimitDimension("slots", RateLimitRule.Concurrency(1, TimeSpan.FromMinutes(1)));
        var held = (await _host.Limiter.AcquireAsync(slots)).Reservation!;

        (await _host.Limiter.RenewAsync(held)).Should().BeTrue();
        (await _host.Limiter.ReleaseAsync(held)).Should().BeTrue();
        (await _host.Limiter.SettleAsync(held, 0)).Should().BeFalse();
        (_host.Backend.CallsOf(RateLimiterCall.Renew), _host.Backend.CallsOf(RateLimiterCall.Release), _host.Backend.CallsOf(RateLimiterCall.Settle)).Should().Be((1, 1, 1));
        _host.Limiter.GetCapability<ObservedRateLimiter>().Should().BeSameAs(_host.Backend);
    }
}
