using FluentAssertions;
using Pipeline.Conformance;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.RateLimiting;

[Collection(nameof(RateLimiterAloneCollection))]
public class InMemoryRateLimiterMemoryTests
{
    private const int Calls = 20_000;
    private const int Keys = 2_000;

    // What a key's state may take, the key itself aside.
    private const double MostBytesOfAState = 1_000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly ITestOutputHelper _output;
    private readonly InMemoryRateLimiter _limiter;

    public InMemoryRateLimiterMemoryTests(ITestOutputHelper output) => (_output, _limiter) = (output, new(_clock));

    public static TheoryData<RateLimitRuleKind> ChargingKinds { get; } = [.. SampleRules.ChargingKinds];

    public static TheoryData<RateLimitRuleKind> LimitingKinds { get; } = [.. SampleRules.ChargingKinds, RateLimitRuleKind.Concurrency];

    [Theory]
    [MemberData(nameof(ChargingKinds))]
    public void A_grant_allocates_nothing(RateLimitRuleKind kind) =>
        Measure(new RateLimitDimension("key", SampleRules.Of(kind, RateLimitRule.MaxLimit, Minute)), isGranted: true).Should().Be(0);

    [Theory]
    [MemberData(nameof(LimitingKinds))]
    public void A_denial_allocates_nothing(RateLimitRuleKind kind)
    {
        var dimension = new RateLimitDimension("key", SampleRules.Of(kind, 5, TimeSpan.FromDays(300)), 5);
        _limiter.Acquire(dimension);

        Measure(dimension, isGranted: false).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(LimitingKinds))]
    public void A_question_for_the_figures_allocates_nothing(RateLimitRuleKind kind) =>
        Measure(new RateLimitDimension("key", SampleRules.Of(kind, 5, Minute), 0), isGranted: true).Should().Be(0);

    [Fact]
    public void Many_dimensions_allocate_nothing_either()
    {
        var granted = new RateLimitRequest([.. SampleRules.ChargingKinds.Select(
            kind => new RateLimitDimension("key", SampleRules.Of(kind, RateLimitRule.MaxLimit, Minute)))]);
        Measure(granted, isGranted: true).Should().Be(0);

        var denied = new RateLimitRequest([.. granted.Dimensions, new RateLimitDimension("other", RateLimitRule.PerMonth(1))]);
        _limiter.Acquire(denied);
        Measure(denied, isGranted: false).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(ChargingKinds))]
    public void A_state_takes_less_than_1_kB_however_it_is_used(RateLimitRuleKind kind)
    {
        var rule = SampleRules.Of(kind, RateLimitRule.MaxLimit, TimeSpan.FromDays(365));
        var keys = Enumerable.Range(0, Keys).Select(i => $"key-{i}").ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // More charges than a state has room for, each at a time of its own and reserved, so that everything is kept that ever is.
        for (var round = 0; round < 200; round++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            foreach (var key in keys)
            {
                _limiter.Settle(_limiter.Acquire(RateLimitDimension.Estimate(key, rule, 1_000 + round)).Reservation!, 1 + round);
            }
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Keys;
        _output.WriteLine($"{kind}: {bytes:F0} bytes a state");
        _limiter.Counts.Should().Be((Keys, 0));
        bytes.Should().BeLessThan(MostBytesOfAState);
        GC.KeepAlive(keys);
    }

    [Fact]
    public void A_bucket_with_open_reservations_takes_less_than_1_kB_besides_them()
    {
        const int Reservations = 40;
        var rule = RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, 1, TimeSpan.FromDays(365));
        var keys = Enumerable.Range(0, Keys).Select(i => $"key-{i}").ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < Reservations; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            foreach (var key in keys)
            {
                _limiter.Acquire(RateLimitDimension.Estimate(key, rule, 1_000));
            }
        }

        // Forget the reservations, and keep the states.
        _clock.Advance(RateLimitReservation.MinSettlementTime + TimeSpan.FromTicks(1));
        Sweep(() => _limiter.Counts.Reservations == 0);

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Keys;
        _output.WriteLine($"{bytes:F0} bytes a state");
        _limiter.Counts.States.Should().Be(Keys);
        bytes.Should().BeLessThan(MostBytesOfAState);
        GC.KeepAlive(keys);
    }

    [Theory]
    [InlineData(RateLimitRuleKind.SlidingWindow, 1_000_000)]
    [InlineData(RateLimitRuleKind.TokenBucket, 100_000)]
    [InlineData(RateLimitRuleKind.FixedWindow, 100_000)]
    [InlineData(RateLimitRuleKind.CalendarDay, 100_000)]
    [InlineData(RateLimitRuleKind.CalendarMonth, 100_000)]
    [InlineData(RateLimitRuleKind.Concurrency, 100_000)]
    public void Of_very_many_keys_that_were_used_once_nothing_is_left(RateLimitRuleKind kind, int keys)
    {
        const long MostBytesLeft = 300_000;
        var rule = SampleRules.Of(kind, 10, TimeSpan.FromMinutes(10));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < keys; i++)
        {
            _limiter.Acquire(new RateLimitDimension($"key-{i}", rule));
        }

        _limiter.Counts.States.Should().Be(keys);
        _clock.Advance(TimeSpan.FromDays(33));
        Sweep(() => _limiter.Counts == (0, 0));

        _limiter.Counts.Should().Be((0L, 0L));
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(MostBytesLeft);
    }

    private void Sweep(Func<bool> isDone)
    {
        // Each call does a slice: some thousands are enough for anything.
        for (var i = 0; i < 10_000 && !isDone(); i++)
        {
            _limiter.Peek(new RateLimitDimension("sweeper", RateLimitRule.PerDay(1)));
        }
    }

    private long Measure(RateLimitRequest request, bool isGranted)
    {
        _ = Run(request, isGranted);
        return Allocations.LeastOf(() => Run(request, isGranted));
    }

    private int Run(RateLimitRequest request, bool isGranted)
    {
        for (var i = 0; i < Calls; i++)
        {
            // Moves on, so that a window's charges fill and leave its log.
            _clock.Advance(TimeSpan.FromTicks(50_000));
            if (_limiter.Acquire(request).IsGranted != isGranted)
            {
                throw new InvalidOperationException("The request was not decided as the test means it.");
            }
        }

        return Calls;
    }
}
