using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Snippets;

internal static class CachingSnippets
{
    public static void Declare(IServiceCollection services, JsonSerializerContext documentContext)
    {
        // snippet: cache-declare
        services.AddPipeline()
            .UseJson(documentContext)                                   // how values are stored: your [JsonSerializable] types
            .AddCachePreset("prices", entry =>
            {
                entry.FreshFor = TimeSpan.FromMinutes(10);
                entry.StaleFor = TimeSpan.FromHours(6);                 // fail-safe: an old price rather than none …
                entry.SoftTimeout = TimeSpan.FromMilliseconds(200);     // … and rather than a slow one
                entry.EarlyRefresh = 0.8;                               // after 8 minutes, in the background
                entry.Jitter = 0.1;                                     // what was made together does not expire together
            })
            .AsHybridCache();                                           // for code that takes Microsoft's HybridCache
        // end snippet
    }

    public static async Task<decimal> AskAsync(TieredCache cache, Func<string, CancellationToken, ValueTask<decimal>> loadAsync, string item, CancellationToken ct)
    {
        // snippet: cache-ask
        var prices = cache.WithPreset("prices");                        // once, for instance in a constructor

        var price = await prices.GetOrCreateAsync(
            $"price:{item}",                                            // a hit makes no string of it
            (item, loadAsync),
            static (state, ct) => state.loadAsync(state.item, ct),
            tags: ["prices"],
            cancellationToken: ct);

        await cache.RemoveByTagAsync("prices", ct);                     // none that was there, or is being made, is served after this
        // end snippet
        return price;
    }

    public static string KeyOf(Document document, JsonTypeInfo<Document> typeInfo)
    {
        // snippet: cache-key
        var key = CacheKey.From(document, typeInfo, step: "summary", stepVersion: "3", model: "large");
        var shared = CacheKey.From(document, typeInfo, step: "embedding", model: "small", scope: CacheScope.Shared);
        // end snippet
        return key + shared;
    }

    public static void Adapt(IPipelineBuilder pipeline, IPipelineBuilder other, ICacheBackend backend, IDistributedCache distributed)
    {
        // snippet: cache-adapters
        pipeline.UseDistributedCache();                                 // the host's IDistributedCache below the suite's cache
        other.AsDistributedCache();                                     // or a suite's backend as the host's IDistributedCache

        IBufferDistributedCache above = backend.AsDistributedCache();   // the same by hand
        ICacheBackend below = distributed.AsCacheBackend(keyPrefix: "shop:");
        // end snippet
        _ = (above, below);
    }
}
