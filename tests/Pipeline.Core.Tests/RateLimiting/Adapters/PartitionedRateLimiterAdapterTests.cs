using System.Threading.RateLimiting;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public sealed class PartitionedRateLimiterAdapterTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Calls = RateLimitRule.SlidingWindow(3, Minute).Named("calls");
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(1, Minute).Named("slots");

    private readonly ManualTimeProvider _clock = new();
    private readonly AwayLimiter _backend;

    public PartitionedRateLimiterAdapterTests() => _backend = new AwayLimiter(_clock);

    public void Dispose() => _backend.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_resource_has_its_budget(bool isOurs)
    {
        await using var limiter = isOurs
            ? _backend.AsPartitionedRateLimiter<string>(user => new RateLimitDimension(user, Calls), _clock)
            : PartitionedRateLimiter.Create<string, string>(user => RateLimitPartition.GetFixedWindowLimiter(
                user, _ => new FixedWindowRateLimiterOptions { PermitLimit = 3, Window = Minute, AutoReplenishment = false }));

        var acquired = new List<bool>();
        foreach (var (user, permits) in new[] { ("ada", 2), ("bob", 3), ("ada", 2), ("ada", 1), ("bob", 1), ("cyd", 0) })
        {
            using var lease = await RequestAsync(limiter, user, permits);
            acquired.Add(lease.IsAcquired);
        }

        acquired.Should().Equal(true, true, false, true, false, true);
        await FluentActions.Awaiting(() => RequestAsync(limiter, "dan", 4)).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task A_middleware_that_attempts_and_then_awaits_asks_once_a_request_and_frees_what_it_held_at_its_end()
    {
        await using var limiter = _backend.AsPartitionedRateLimiter<string>(user => new(new(user, Calls), new(user, Slots)), _clock);

        var running = await RequestAsync(limiter, "ada");
        using (var refused = await RequestAsync(limiter, "ada"))
        {
            refused.IsAcquired.Should().BeFalse();
            refused.TryGetMetadata(RateLimitMetadata.Rule, out var rule).Should().BeTrue();
            rule.Should().Be("slots");
            refused.TryGetMetadata(MetadataName.RetryAfter, out _).Should().BeTrue();
        }

        running.Dispose();
        using var next = await RequestAsync(limiter, "ada");

        next.IsAcquired.Should().BeTrue();
        _backend.Decisions.Should().Be(3);
    }

    [Fact]
    public async Task Permits_multiply_the_cost_of_each_dimension()
    {
        var cost = RateLimitRule.SlidingWindow(100, Minute);
        await using var limiter = _backend.AsPartitionedRateLimiter<string>(
            user => new(new(user, cost, 20), RateLimitDimension.Estimate(user, RateLimitRule.TokenBucket(50, Minute), 30), new("x", RateLimitRule.Unlimited)));

        (await limiter.AcquireAsync("ada", 3)).IsAcquired.Should().BeTrue("an estimate above the limit is clamped");
        (await limiter.AcquireAsync("ada", 0)).IsAcquired.Should().BeFalse("the estimate took all");
        (await _backend.PeekAsync(new RateLimitDimension("ada", cost, 0))).Remaining.Should().Be(40);
        await FluentActions.Awaiting(async () => await limiter.AcquireAsync("ada", 6)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        await FluentActions.Awaiting(async () => await limiter.AcquireAsync("ada", int.MaxValue)).Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task Disposing_a_lease_settles_no_estimate()
    {
        var tokens = RateLimitRule.SlidingWindow(100, Minute);
        await using var limiter = _backend.AsPartitionedRateLimiter<string>(user => RateLimitDimension.Estimate(user, tokens, 30), _clock);

        (await limiter.AcquireAsync("ada")).Dispose();

        (await _backend.PeekAsync(new RateLimitDimension("ada", tokens, 0))).Remaining.Should().Be(70);
    }

    [Fact]
    public async Task It_works_through_a_translation_of_keys_and_in_a_chain_of_limiters()
    {
        await using var ours = _backend.AsPartitionedRateLimiter<string>(user => new RateLimitDimension(user, Calls), _clock);
        await using var other = PartitionedRateLimiter.Create<int, string>(_ => RateLimitPartition.GetNoLimiter(""));
        await using var chained = PartitionedRateLimiter.CreateChained(
            other, ours.WithTranslatedKey<int>(number => number % 2 == 0 ? "even" : "odd", leaveOpen: true));

        var acquired = new List<bool>();
        foreach (var number in new[] { 1, 3, 5, 7, 2 })
        {
            using var lease = await chained.AcquireAsync(number);
            acquired.Add(lease.IsAcquired);
        }

        acquired.Should().Equal(true, true, true, false, true);
    }

    [Fact]
    public async Task Nothing_is_kept_for_a_resource_so_there_are_no_statistics()
    {
        await using var limiter = _backend.AsPartitionedRateLimiter<string>(user => new RateLimitDimension(user, Calls), _clock);

        limiter.GetStatistics("ada").Should().BeNull();
    }

    [Fact]
    public async Task A_limiter_that_was_disposed_refuses_to_work()
    {
        var limiter = _backend.AsPartitionedRateLimiter<string>(user => new RateLimitDimension(user, Calls), _clock);
        limiter.Dispose();

        await FluentActions.Awaiting(async () => await limiter.AcquireAsync("ada")).Should().ThrowAsync<ObjectDisposedException>();
        limiter.Invoking(l => l.AttemptAcquire("ada")).Should().Throw<ObjectDisposedException>();
        limiter.Invoking(l => l.GetStatistics("ada")).Should().Throw<ObjectDisposedException>();
        _backend.IsDisposed.Should().BeFalse();
    }

    [Fact]
    public async Task A_resource_without_dimensions_is_an_error()
    {
        await using var limiter = _backend.AsPartitionedRateLimiter<string>(_ => default, _clock);

        await FluentActions.Awaiting(async () => await limiter.AcquireAsync("ada")).Should().ThrowAsync<ArgumentException>();
    }

    /// <summary>Does what ASP.NET Core's rate limiting middleware does with a request.</summary>
    private static async Task<RateLimitLease> RequestAsync(PartitionedRateLimiter<string> limiter, string user, int permits = 1)
    {
        var attempt = limiter.AttemptAcquire(user, permits);
        if (attempt.IsAcquired)
        {
            return attempt;
        }

        attempt.Dispose();
        return await limiter.AcquireAsync(user, permits);
    }
}
