using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Caching;

[Collection(nameof(CacheAloneCollection))]
public sealed class TieredCacheAllocationTests
{
    private const int Runs = 10_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hit_allocates_nothing(bool isLocal)
    {
        using var host = isLocal ? TieredHost.Local() : await TieredHost.SharedAsync();
        HybridCache cache = host.Cache;
        var preset = TieredCache.PolicyOf(new CacheEntryPreset());
        await cache.SetAsync("text", "value", tags: ["a", "b"]);
        await cache.SetAsync("seal", new Seal("value"));
        await cache.SetAsync("point", new Point(1, 2));
        host.Metrics.Dispose();

        Measure(() => cache.GetOrCreateAsync("text", 1, static (_, _) => new ValueTask<string>("other"))).Should().Be(0);
        Measure(() => cache.GetOrCreateAsync("text", static _ => new ValueTask<string>("other"))).Should().Be(0);
        Measure(() => cache.GetOrCreateAsync("text".AsSpan(), 1, static (_, _) => new ValueTask<string>("other"))).Should().Be(0);

        // Not a number: until its formatting has been optimised, that boxes.
        var id = "7";
        await cache.SetAsync("text:7", "value");
        Measure(() => cache.GetOrCreateAsync($"text:{id}", 1, static (_, _) => new ValueTask<string>("other"))).Should().Be(0);
        Measure(() => cache.GetOrCreateAsync("seal", 1, static (_, _) => new ValueTask<Seal>((Seal)null!))).Should().Be(0);
        Measure(() => cache.GetOrCreateAsync("point", 1, static (_, _) => new ValueTask<Point>(default(Point)))).Should().Be(0);
        Measure(() => host.Cache.AskAsync(
            "text", 1, static (_, _, _) => new ValueTask<string>("other"), preset, tags: null, HybridCacheEntryFlags.None, keep: null, CancellationToken.None)).Should().Be(0);
    }

    private static long Measure<T>(Func<ValueTask<T>> ask)
    {
        Run(ask);
        return Allocations.LeastOf(() => Run(ask));
    }

    private static void Run<T>(Func<ValueTask<T>> ask)
    {
        for (var i = 0; i < Runs; i++)
        {
            var asked = ask();
            if (!asked.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("It was no hit.");
            }

            _ = asked.Result;
        }
    }
}
