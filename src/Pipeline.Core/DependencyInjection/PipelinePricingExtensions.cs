using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says what models cost.</summary>
public static class PipelinePricingExtensions
{
    /// <summary>Sets up the suite's prices in code, over what the configuration says (<c>Telemetry:Prices</c>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The prices. What is wrong with them stops the start.</param>
    /// <returns>The builder.</returns>
    public static IPipelineBuilder ConfigurePrices(this IPipelineBuilder builder, Action<PriceTableOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.Configure<TelemetryOptions>(registry.Name, options => configure(options.Prices));
        return builder;
    }
}
