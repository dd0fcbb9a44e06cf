using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the telemetry of a suite, and reads its options.</summary>
internal static class TelemetryRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
    }
}
