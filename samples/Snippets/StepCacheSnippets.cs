using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Snippets;

internal static class StepCacheSnippets
{
    public static void Declare(IPipelineBuilder pipeline, IModel model)
    {
        // snippet: step-cache
        pipeline
            .AddStep<string, string>("answer", (question, step, ct) => model.AskAsync(question, ct), step => step
                .Version("2")                                               // a new prompt: none of the old answers
                .Cache(TimeSpan.FromHours(1), cache => cache
                    .Tags(question => ["answers"])                          // HybridCache.RemoveByTagAsync("answers")
                    .Keep(answer => answer.Length > 0)))                    // an empty answer is returned, and not kept
            .AddStep<string, float[]>("embed", (text, step, ct) => model.EmbedAsync(text, ct), step => step
                .Cache(
                    entry =>
                    {
                        entry.FreshFor = TimeSpan.FromDays(30);
                        entry.StaleFor = TimeSpan.FromDays(30);             // fail-safe: an old one rather than none
                        entry.SoftTimeout = TimeSpan.FromSeconds(2);        // … and rather than a slow one
                    },
                    cache => cache.Scope(CacheScope.Shared)));              // depends on the text alone: one for all tenants
        // end snippet
    }
}
