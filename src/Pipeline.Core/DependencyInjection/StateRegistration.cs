using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the state of a suite, and reads its options.</summary>
internal static class StateRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
    }
}
