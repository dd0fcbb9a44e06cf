using Microsoft.Extensions.DependencyInjection;
using Pipeline.Vectors;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the vector index of a suite.</summary>
internal static class VectorRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry) =>
        registry.RegisterDefault<IVectorIndex>(services, provider => new InMemoryVectorIndex(provider.GetRequiredService<TimeProvider>()));
}
