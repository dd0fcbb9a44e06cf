using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the vector index of a suite, and reads its options.</summary>
internal static class VectorRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
    }
}
