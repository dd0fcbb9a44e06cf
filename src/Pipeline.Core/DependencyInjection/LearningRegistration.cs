using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the learnings of a suite, and reads its options.</summary>
internal static class LearningRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
    }
}
