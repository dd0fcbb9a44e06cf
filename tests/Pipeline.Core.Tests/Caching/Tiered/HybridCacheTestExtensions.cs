using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

internal static class HybridCacheTestExtensions
{
    public static Task<string> AskAsync(
        this HybridCache cache, string key, Factory factory, string[]? tags = null, CancellationToken cancellationToken = default) =>
        cache.GetOrCreateAsync(key, factory.MakeAsync, options: null, tags, cancellationToken).AsTask();

    /// <summary>What is cached, without making anything.</summary>
    public static ValueTask<string?> PeekAsync(this HybridCache cache, string key) =>
        cache.GetOrCreateAsync<string?>(
            key, static _ => throw new InvalidOperationException("Nothing is to be made."), new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData });

    /// <summary>Asks, and tells what the cache did, with a policy of the test's own.</summary>
    public static async Task<(string Value, CacheOutcome Outcome)> AskAsync(
        this TieredCache cache, string key, Factory factory, CacheEntryPreset preset, CancellationToken cancellationToken = default)
    {
        var answer = await cache.AskAsync(
            key,
            factory,
            static (made, _, token) => made.MakeAsync(token),
            TieredCache.PolicyOf(preset),
            tags: null,
            HybridCacheEntryFlags.None,
            keep: null,
            cancellationToken);
        return (answer.Value, answer.Outcome);
    }
}
