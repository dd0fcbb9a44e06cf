using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Runs alone, as all that counts allocations.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class FallbackAllocationTests
{
    private const int Runs = 10_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Around_a_limiter_that_answers_at_once_the_decorator_allocates_nothing(bool isInMemory)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var limiter = new FallbackRateLimiter(
            isInMemory ? new InMemoryRateLimiter() : new AnsweringLimiter(),
            new RateLimitingOptions(),
            new RateLimitMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            TimeProvider.System,
            NullLogger.Instance);
        RateLimitRequest request = new RateLimitDimension("a", RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)));
        Run(limiter, request);

        var allocated = Allocations.LeastOf(() => Run(limiter, request));

        allocated.Should().Be(0);
    }

    private static void Run(FallbackRateLimiter limiter, RateLimitRequest request)
    {
        for (var i = 0; i < Runs; i++)
        {
            var call = limiter.AcquireAsync(request);
            if (!call.IsCompletedSuccessfully || !call.Result.IsGranted)
            {
                throw new InvalidOperationException("The limiter did not grant at once.");
            }
        }
    }

    private sealed class AnsweringLimiter : IRateLimiter
    {
        public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
            new(RateLimitDecision.Unlimited);

        public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody asks.");

        public ValueTask<bool> SettleAsync(
            RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody asks.");

        public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody asks.");

        public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody asks.");

        public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody asks.");
    }
}
