using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Vectors;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the semantic cache of a suite. It is made where something asks for it.</summary>
internal static class SemanticCacheRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        services.TryAddSingleton<SemanticCacheMetrics>();
        registry.Register(services, provider => Create(provider, registry.Name));
    }

    private static SemanticCache Create(IServiceProvider services, string suite)
    {
        var time = services.GetRequiredService<TimeProvider>();
        return new SemanticCache(
            new SemanticStore(
                suite,
                new SemanticEmbedder(FindGenerator(services, suite)),
                services.GetRequiredPipelineService<IVectorIndex>(suite),
                services.GetRequiredPipelineService<ICacheBackend>(suite),
                services.GetRequiredPipelineService<TieredCache>(suite),
                time),
            new SemanticGuard(time, services.GetRequiredService<ILogger<SemanticCache>>()),
            services.GetRequiredService<SemanticCacheMetrics>());
    }

    private static IEmbeddingGenerator<string, Embedding<float>> FindGenerator(IServiceProvider services, string suite) =>
        (suite.Length > 0 ? services.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(suite) : null)
        ?? services.GetService<IEmbeddingGenerator<string, Embedding<float>>>()
        ?? throw new InvalidOperationException(
            "The semantic cache compares requests by their embeddings, and there is no IEmbeddingGenerator<string, Embedding<float>> among the services. Register one.");
}
