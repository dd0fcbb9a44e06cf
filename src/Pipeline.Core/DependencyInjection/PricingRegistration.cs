using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.DependencyInjection;

/// <summary>Registers what prices the usage of a suite, and the instruments of models. Part of its telemetry.</summary>
internal static class PricingRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        services.TryAddSingleton<GenAiMetrics>();
        registry.Register(services, provider => new UsageMeter(
            ReadPrices(provider, registry),
            provider.GetRequiredService<PipelineDiagnostics>(),
            provider.GetRequiredService<ILogger<UsageMeter>>()));
    }

    private static PriceTable? ReadPrices(IServiceProvider services, PipelineRegistry registry)
    {
        var prices = TelemetryRegistration.ReadOptions(services, registry).Prices;
        return prices.IsEmpty ? null : new PriceTable(prices);
    }
}
