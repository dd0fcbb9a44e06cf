using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public class InMemoryRateLimiterTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryRateLimiter _limiter;

    public InMemoryRateLimiterTests() => _limiter = new(_clock);

    [Fact]
    public void Without_a_clock_it_takes_the_systems()
    {
        var limiter = new InMemoryRateLimiter();
        var request = new RateLimitDimension("key", RateLimitRule.SlidingWindow(1, RateLimitRule.MaxWindow));
        limiter.Acquire(request).IsGranted.Should().BeTrue();

        limiter.Acquire(request).RetryAfter.Should().BeCloseTo(RateLimitRule.MaxWindow, TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_key_can_be_another_string_with_the_same_letters()
    {
        var rule = RateLimitRule.PerDay(1);
        for (var length = 1; length <= 64; length++)
        {
            var key = new string('k', length);
            _limiter.Acquire(new RateLimitDimension(key, rule)).IsGranted.Should().BeTrue();

            _limiter.Acquire(new RateLimitDimension(new string('k', length), rule)).IsGranted.Should().BeFalse();
        }
    }

    [Fact]
    public void The_greatest_request_at_the_greatest_limits_is_decided_exactly()
    {
        const long Most = RateLimitRule.MaxLimit;
        RateLimitRule[] rules =
        [
            RateLimitRule.SlidingWindow(Most, RateLimitRule.MaxWindow), RateLimitRule.SlidingWindow(Most, RateLimitRule.MinWindow),
            RateLimitRule.TokenBucket(Most, Most, RateLimitRule.MaxWindow), RateLimitRule.TokenBucket(Most, 1, RateLimitRule.MaxWindow - RateLimitRule.MinWindow),
            RateLimitRule.TokenBucket(Most, 1, RateLimitRule.MinWindow), RateLimitRule.FixedWindow(Most, RateLimitRule.MaxWindow),
            RateLimitRule.FixedWindow(Most, RateLimitRule.MinWindow), RateLimitRule.PerDay(Most), RateLimitRule.PerMonth(Most),
            RateLimitRule.Concurrency(Most, RateLimitRule.MaxWindow),
        ];
        RateLimitRequest Cost(long cost) => new([.. rules.Select(rule => new RateLimitDimension("key", rule, cost))]);

        _limiter.Acquire(Cost(Most - 1)).Remaining.Should().Be(1);
        _limiter.Acquire(Cost(2)).IsGranted.Should().BeFalse();
        var last = _limiter.Acquire(Cost(1));
        (last.IsGranted, last.Remaining).Should().Be((true, 0));

        // The slowest bucket gains one unit in 366 days, less a millisecond.
        var denied = _limiter.Acquire(Cost(Most));
        (denied.DimensionIndex, denied.RetryAfter).Should().Be((3, TimeSpan.MaxValue));
    }

    [Fact]
    public void A_local_share_of_a_bucket_can_have_a_period_of_any_length()
    {
        var rule = RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, 1, RateLimitRule.MaxWindow).WhenUnavailable(RateLimitFallback.Local, 3).ToLocal();
        rule.Window.Should().BeGreaterThan(TimeSpan.FromDays(1_000_000));
        var held = _limiter.Acquire(RateLimitDimension.Estimate("key", rule, 3)).Reservation!;
        _limiter.Settle(held, long.MaxValue).Should().BeTrue();

        var denied = _limiter.Acquire(new RateLimitDimension("key", rule, 3));

        (denied.RetryAfter, denied.ResetAfter).Should().Be((TimeSpan.MaxValue, TimeSpan.MaxValue));
        _clock.Advance(TimeSpan.FromDays(2_000_000));
        _limiter.Acquire(new RateLimitDimension("key", rule)).IsGranted.Should().BeFalse();
    }

    [Theory]
    [InlineData(3_579_545)]
    [InlineData(1_000)]
    [InlineData(10_000_000)]
    [InlineData(1_000_000_000)]
    [InlineData(2_399_999_999)]
    public void A_clock_of_any_frequency_is_read_exactly_over_centuries(long frequency)
    {
        var time = new FrequencyTimeProvider(frequency) { Timestamp = -12_345 };
        var clock = new LimiterClock(time);
        foreach (var seconds in new[] { 0L, 1, 3_600, 3_000_000_000 })
        {
            time.Timestamp = -12_345 + (seconds * frequency);
            clock.Now.Should().Be(seconds * TimeSpan.TicksPerSecond);
            time.Timestamp--;
            clock.Now.Should().Be(seconds == 0 ? 0 : (long)((Int128)((seconds * frequency) - 1) * TimeSpan.TicksPerSecond / frequency));
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_beforehand_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        var rule = RateLimitRule.PerDay(10);
        var request = RateLimitDimension.Estimate("key", rule, 10);
        var held = _limiter.Acquire(request).Reservation!;
        Func<Task>[] calls =
        [
            async () => await _limiter.AcquireAsync(request, cancelled), async () => await _limiter.PeekAsync(request, cancelled),
            async () => await _limiter.SettleAsync(held, new long[] { 0 }, cancelled), async () => await _limiter.ReleaseAsync(held, cancelled),
            async () => await _limiter.RenewAsync(held, cancelled), async () => await _limiter.ResetAsync("key", rule, cancelled),
        ];

        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<OperationCanceledException>();
        }

        _limiter.Peek(request).Remaining.Should().Be(0);
        _limiter.Settle(held, 4).Should().BeTrue();
    }

    private sealed class FrequencyTimeProvider(long frequency) : TimeProvider
    {
        public long Timestamp { get; set; }

        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => Timestamp;
    }
}
