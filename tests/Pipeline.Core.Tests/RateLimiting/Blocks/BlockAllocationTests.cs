using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>Runs alone, as all that counts allocations.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class BlockAllocationTests
{
    private const int Runs = 10_000;

    [Fact]
    public void A_grant_out_of_a_block_allocates_nothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new RateLimitMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        using var backend = new ObservedRateLimiter(TimeProvider.System);
        var options = new RateLimitingOptions { BlockSize = 100_000 };

        // A clock that stands still, so that no block grows old meanwhile.
        using var limiter = new FallbackRateLimiter(
            new BlockRateLimiter(backend, options, metrics, new Conformance.ManualTimeProvider(), NullLogger.Instance), options, metrics, TimeProvider.System, NullLogger.Instance);
        RateLimitRequest request = new RateLimitDimension("a", RateLimitRule.PerDay(RateLimitRule.MaxLimit));
        Run(limiter, request);

        var allocated = Allocations.LeastOf(() => Run(limiter, request));

        allocated.Should().Be(0);
        backend.Leases.Should().Be(1);
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
}
