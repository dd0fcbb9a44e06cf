using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>When a block ends, and what is given back then.</summary>
public sealed class BlockEndTests : IDisposable
{
    private static readonly TimeSpan HalfSecond = TimeSpan.FromMilliseconds(500);
    private static readonly RateLimitRule Minute = RateLimitRule.FixedWindow(20_000, TimeSpan.FromMinutes(1));
    private static readonly RateLimitDimension Hot = new(BlockHost.Key, Minute);

    private readonly BlockHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task What_is_left_goes_back_when_nobody_has_asked_for_a_second()
    {
        await _host.HeatAsync(Hot);
        _host.Clock.Advance(HalfSecond);
        await _host.Limiter.AcquireAsync(Hot);
        _host.Clock.Advance(HalfSecond);
        _host.Backend.Remaining(Hot).Should().Be(20_000 - 115);

        _host.Clock.Advance(HalfSecond);

        _host.Backend.Remaining(Hot).Should().Be(20_000 - 17);
        _host.Time.Running.Should().Be(0);
    }

    [Fact]
    public async Task What_is_left_goes_back_after_ten_seconds()
    {
        await _host.HeatAsync(Hot);
        for (var i = 0; i < 19; i++)
        {
            _host.Clock.Advance(HalfSecond);
            await _host.Limiter.AcquireAsync(Hot);
        }

        _host.Backend.Remaining(Hot).Should().Be(20_000 - 115);
        _host.Clock.Advance(HalfSecond);
        _host.Backend.Remaining(Hot).Should().Be(20_000 - 16 - 19);
        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 16 - 20);
    }

    [Fact]
    public async Task What_is_left_goes_back_at_disposal_also_of_a_lease_that_is_under_way()
    {
        await _host.HeatAsync(Hot);
        var (reached, open) = _host.HoldAnswers(RateLimiterCall.Acquire);
        var other = new RateLimitDimension("tenant:other", Minute);
        var asking = Enumerable.Range(0, HeatMap.HotCalls).Select(_ => _host.Limiter.AcquireAsync(other).AsTask()).ToArray();
        await reached;

        var disposing = _host.Limiter.DisposeAsync().AsTask();
        disposing.IsCompleted.Should().BeFalse();
        open.SetResult();
        await disposing;

        (await Task.WhenAll(asking)).Should().OnlyContain(one => one.IsGranted);
        (_host.Backend.Remaining(Hot), _host.Backend.Remaining(other)).Should().Be((20_000 - 16, 20_000 - 16));
        (_host.Time.Running, _host.Backend.IsDisposed).Should().Be((0, true));
    }

    [Fact]
    public async Task A_disposed_limiter_leases_nothing_more()
    {
        _host.Limiter.Dispose();

        (await _host.HeatAsync(Hot)).IsGranted.Should().BeTrue();
        await _host.Limiter.ResetAsync(BlockHost.Key, Minute);

        (_host.Backend.Leases, _host.Time.Running).Should().Be((0, 0));
    }

    [Fact]
    public async Task Nothing_of_a_block_is_handed_out_after_its_window()
    {
        _host.Clock.Advance(TimeSpan.FromSeconds(59));
        await _host.HeatAsync(Hot);
        _host.Clock.Advance(TimeSpan.FromMilliseconds(997));
        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 17);
        _host.Backend.Direct.Should().Be(15);

        _host.Clock.Advance(TimeSpan.FromMilliseconds(3));
        (await _host.Limiter.AcquireAsync(Hot)).Remaining.Should().Be(20_000 - 1);

        _host.Clock.Advance(TimeSpan.FromSeconds(2));
        _host.Backend.Remaining(Hot).Should().Be(20_000 - 1);
    }

    [Fact]
    public async Task A_block_that_arrives_after_its_window_is_not_handed_out()
    {
        _host.Clock.Advance(TimeSpan.FromSeconds(59));
        var (reached, open) = _host.HoldAnswers(RateLimiterCall.Acquire);
        var asking = Enumerable.Range(0, HeatMap.HotCalls + 3).Select(_ => _host.Limiter.AcquireAsync(Hot).AsTask()).ToArray();
        await reached;
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        open.SetResult();

        await Task.WhenAll(asking);

        _host.Backend.Leases.Should().Be(1);
        _host.Backend.Remaining(Hot).Should().Be(20_000 - 4, "the four that waited for the block asked for themselves, in the new window");
    }

    [Fact]
    public async Task A_border_that_is_hidden_by_a_clock_that_was_set_back_is_not_passed()
    {
        var month = new RateLimitDimension(BlockHost.Key, RateLimitRule.PerMonth(20_000));
        var february = new DateTimeOffset(2031, 2, 1, 0, 0, 0, TimeSpan.Zero);
        _host.Clock.SetUtcNow(february);
        _host.Backend.Memory.Acquire(month.WithCost(19_999));
        _host.Clock.SetUtcNow(february.AddSeconds(-0.25));
        var leased = await _host.HeatAsync(month);
        leased.ResetAfter.Should().BeGreaterThan(TimeSpan.FromDays(28), "both months hold charges");
        _host.Clock.Advance(TimeSpan.FromSeconds(0.25));

        (await _host.Limiter.AcquireAsync(month)).IsGranted.Should().BeTrue();
        (await _host.Limiter.AcquireAsync(month)).IsGranted.Should().BeFalse();
    }

    [Fact]
    public async Task Within_a_month_midnight_ends_a_block_whose_rest_goes_back_to_the_month()
    {
        var month = new RateLimitDimension(BlockHost.Key, RateLimitRule.PerMonth(20_000));
        _host.Clock.SetUtcNow(new(2031, 2, 9, 23, 59, 59, TimeSpan.Zero));
        await _host.HeatAsync(month);
        _host.Clock.Advance(HalfSecond * 2);
        await _host.Limiter.AcquireAsync(month);

        _host.Clock.Advance(HalfSecond * 4);

        _host.Backend.Remaining(month).Should().Be(20_000 - 17);
    }

    [Fact]
    public async Task A_rest_that_cannot_be_given_back_is_lost_and_logged_once_a_minute()
    {
        _host.Backend.Before = call => call == RateLimiterCall.Settle ? throw new BackendUnavailableException("Memory", "settle") : Task.CompletedTask;
        for (var i = 0; i < 3; i++)
        {
            await _host.HeatAsync(Hot);
            _host.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        _host.Backend.Remaining(Hot).Should().Be(20_000 - (3 * 115));
        _host.Logs.Entries.Should().ContainSingle().Which.Should().Match<(int Id, Microsoft.Extensions.Logging.LogLevel Level, string Text)>(
            entry => entry.Id == 4013 && entry.Text.Contains("99 permits", StringComparison.Ordinal) && !entry.Text.Contains(BlockHost.Key, StringComparison.Ordinal));
        _host.Measured.Of("pipeline.rate_limit.unsettled").Should().HaveCount(3);
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        await _host.HeatAsync(Hot);
        _host.Clock.Advance(TimeSpan.FromSeconds(2));
        _host.Logs.Entries.Should().HaveCount(2);
    }

    [Fact]
    public async Task What_is_given_back_is_not_handed_out_and_what_is_handed_out_is_not_given_back()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var lease = _host.Backend.Memory.Acquire(RateLimitDimension.Estimate($"round:{round}", Minute, 1_000));
            var block = new PermitBlock(lease, _host.Clock.GetTimestamp(), _host.Clock);
            var (handedOut, used) = (0L, 0L);
            using var together = new Barrier(3);
            var takers = Enumerable.Range(0, 2).Select(cost => Task.Run(() =>
            {
                together.SignalAndWait();
                while (block.TryTake(Hot.WithCost(cost + 1), _host.Clock.GetTimestamp(), out _))
                {
                    Interlocked.Add(ref handedOut, cost + 1);
                }
            })).ToArray();
            together.SignalAndWait();
            used = block.Close();
            await Task.WhenAll(takers);

            handedOut.Should().Be(used);
        }
    }
}
