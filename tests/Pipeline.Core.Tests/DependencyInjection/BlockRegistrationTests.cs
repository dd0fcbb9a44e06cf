using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.DependencyInjection;

/// <summary>A suite whose limiter is given out in blocks.</summary>
public sealed class BlockRegistrationTests
{
    private const int Calls = 500;

    private static readonly RateLimitRequest Hot = new RateLimitDimension("key", RateLimitRule.PerDay(20_000));

    [Fact]
    public async Task A_backend_is_asked_a_block_at_a_time_and_every_decision_is_counted()
    {
        using var backend = new ObservedRateLimiter(TimeProvider.System);
        await using var provider = Suite.Build(
            builder => builder.SetRole<IRateLimiter>("UseOther", _ => backend), Suite.Configure("RateLimiting:BlockSize", "200"));
        var limiter = provider.GetRequiredService<IRateLimiter>();
        using var measured = new MeasurementCollector(provider.GetRequiredService<IMeterFactory>());

        for (var i = 0; i < Calls; i++)
        {
            (await limiter.AcquireAsync(Hot)).IsGranted.Should().BeTrue();
        }

        backend.Leases.Should().BeInRange(1, Calls / 100);
        measured.Of("pipeline.rate_limit.requests").Should().HaveCount(Calls).And.OnlyContain(one => one.Tags.Contains("granted"));
        await provider.DisposeAsync();
        backend.Remaining(Hot).Should().Be(20_000 - Calls, "disposal gives back");
    }

    [Fact]
    public async Task Without_a_block_size_a_backend_is_asked_each_time()
    {
        using var backend = new ObservedRateLimiter(TimeProvider.System);
        await using var provider = Suite.Build(builder => builder.SetRole<IRateLimiter>("UseOther", _ => backend));

        for (var i = 0; i < Calls; i++)
        {
            await provider.GetRequiredService<IRateLimiter>().AcquireAsync(Hot);
        }

        (backend.Direct, backend.Leases).Should().Be((Calls, 0));
    }

    [Fact]
    public async Task The_limiter_in_memory_is_asked_each_time()
    {
        await using var provider = Suite.Build(_ => { }, Suite.Configure("RateLimiting:BlockSize", "200"));
        var limiter = provider.GetRequiredService<IRateLimiter>();
        for (var i = 0; i < Calls; i++)
        {
            await limiter.AcquireAsync(Hot);
        }

        (await limiter.GetCapability<InMemoryRateLimiter>()!.PeekAsync(Hot)).Remaining.Should().Be(20_000 - Calls);
    }
}
