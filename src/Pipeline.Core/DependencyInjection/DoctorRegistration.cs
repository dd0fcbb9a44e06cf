using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the doctor of a suite, and reads its options.</summary>
internal static class DoctorRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
    }
}
