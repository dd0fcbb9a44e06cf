using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public class SweepTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryRateLimiter _limiter;

    public SweepTests() => _limiter = new(_clock);

    public static TheoryData<RateLimitRuleKind> ChargingKinds { get; } = [.. SampleRules.ChargingKinds];

    [Fact]
    public void Under_an_attack_of_ever_new_keys_the_table_stays_near_what_is_live()
    {
        const int KeysPerSecond = 5_000;
        var rule = RateLimitRule.SlidingWindow(1, Second);
        var most = 0L;
        for (var i = 0; i < 60 * KeysPerSecond; i++)
        {
            _clock.Advance(Second / KeysPerSecond);
            _limiter.Acquire(new RateLimitDimension($"key-{i}", rule));
            most = i % 100 == 0 ? Math.Max(most, _limiter.Counts.States) : most;
        }

        most.Should().BeInRange(KeysPerSecond, 4 * KeysPerSecond);
    }

    [Theory]
    [MemberData(nameof(ChargingKinds))]
    public void What_still_counts_is_not_swept(RateLimitRuleKind kind)
    {
        const int Keys = 5_000;
        var rule = SampleRules.Of(kind, 1, TimeSpan.FromHours(2));
        for (var i = 0; i < Keys; i++)
        {
            _limiter.Acquire(new RateLimitDimension($"gone-{i}", RateLimitRule.SlidingWindow(1, Second)));
            _limiter.Acquire(new RateLimitDimension($"key-{i}", rule));
        }

        PassAndSweep(TimeSpan.FromHours(1.9));

        _limiter.Counts.States.Should().Be(Keys);
        for (var i = 0; i < Keys; i++)
        {
            _limiter.Peek(new RateLimitDimension($"key-{i}", rule)).IsGranted.Should().BeFalse();
        }
    }

    [Fact]
    public void Leases_that_are_renewed_are_not_swept()
    {
        var request = new RateLimitRequest(new RateLimitDimension("slots", RateLimitRule.Concurrency(1, Second * 60)));
        var held = _limiter.Acquire(request).Reservation!;
        for (var i = 0; i < 200; i++)
        {
            PassAndSweep(Second * 40);
            _limiter.Renew(held).Should().BeTrue();
            _limiter.Acquire(request).IsGranted.Should().BeFalse();
        }

        _limiter.Release(held).Should().BeTrue();
        PassAndSweep(Second * 40);
        _limiter.Counts.Should().Be((0L, 0L));
    }

    [Fact]
    public void A_reservation_is_kept_for_an_hour_and_then_forgotten()
    {
        var rule = RateLimitRule.TokenBucket(1_000_000, 1, TimeSpan.FromDays(1));
        var held = Enumerable.Range(0, 1_000).Select(i => _limiter.Acquire(RateLimitDimension.Estimate($"key-{i}", rule, 10)).Reservation!).ToArray();

        PassAndSweep(RateLimitReservation.MinSettlementTime);
        _limiter.Counts.Reservations.Should().Be(held.Length);
        _limiter.Settle(held[0], 4).Should().BeTrue();
        PassAndSweep(TimeSpan.FromSeconds(20));

        _limiter.Counts.Reservations.Should().Be(0);
        _limiter.Settle(held[1], 4).Should().BeFalse();
        _limiter.Release(held[2]).Should().BeFalse();
        _limiter.Peek(new RateLimitDimension("key-0", rule)).Remaining.Should().Be(1_000_000 - 4);
        _limiter.Peek(new RateLimitDimension("key-1", rule)).Remaining.Should().Be(1_000_000 - 10);
    }

    [Fact]
    public void A_reservation_that_is_too_old_cannot_be_settled_even_before_it_is_swept()
    {
        var rule = RateLimitRule.TokenBucket(1_000_000, 1, TimeSpan.FromDays(1));
        var held = _limiter.Acquire(RateLimitDimension.Estimate("key", rule, 10)).Reservation!;
        _clock.Advance(RateLimitReservation.MinSettlementTime + TimeSpan.FromTicks(1));

        _limiter.Settle(held, 4).Should().BeFalse();

        _limiter.Peek(new RateLimitDimension("key", rule)).Remaining.Should().Be(1_000_000 - 10);
    }

    [Theory]
    [MemberData(nameof(ChargingKinds))]
    public void A_state_that_was_swept_gets_nothing_back(RateLimitRuleKind kind)
    {
        _clock.SetUtcNow(new DateTimeOffset(2030, 1, 31, 23, 59, 50, TimeSpan.Zero));
        var rule = SampleRules.Of(kind, 10, Second);
        var held = _limiter.Acquire(RateLimitDimension.Estimate("key", rule, 10)).Reservation!;

        // Day and month are over after ten seconds, and are kept an hour for a clock that is set back.
        PassAndSweep(RateLimitReservation.MinSettlementTime);
        _clock.SetUtcNow(_clock.GetUtcNow() + Second);
        _limiter.Acquire(new RateLimitDimension("key", rule, 10)).IsGranted.Should().BeTrue();

        _limiter.Settle(held, 0).Should().BeTrue();

        _limiter.Acquire(new RateLimitDimension("key", rule)).IsGranted.Should().BeFalse();
    }

    /// <summary>Lets time pass and gives the sweeps what they need: a round begins after some seconds, and takes some calls.</summary>
    private void PassAndSweep(TimeSpan time)
    {
        _clock.Advance(time);
        for (var i = 0; i < 1_000; i++)
        {
            _limiter.Peek(new RateLimitDimension("sweeper", RateLimitRule.PerDay(1)));
        }
    }
}
