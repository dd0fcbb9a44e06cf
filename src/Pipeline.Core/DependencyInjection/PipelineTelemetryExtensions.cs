using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says how much telemetry a suite keeps, and how it is written.</summary>
public static class PipelineTelemetryExtensions
{
    /// <summary>Sets up the suite's telemetry in code, over what the configuration says (<c>Telemetry</c>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The options. What is wrong with them stops the start.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one that <c>AddPipeline</c> returned.</exception>
    public static IPipelineBuilder ConfigureTelemetry(this IPipelineBuilder builder, Action<TelemetryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.Configure(registry.Name, configure);
        return builder;
    }
}
