using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Metrics;

/// <summary>Registers the room. It has no middleware.</summary>
internal static class MetricsRegistration
{
    public static void Add(HttpSettings settings)
    {
        var services = settings.Services;
        settings.AddOptions<MetricsOptions, MetricsOptionsValidator>("Metrics", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.AddOptions<InternalOptions, InternalOptionsValidator>("Internal", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        services.TryAddSingleton<MetricsCollector>();
        services.TryAddSingleton<InternalGate>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MetricsService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, InternalMatcherPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDoctorCheck, MetricsExposureDoctorCheck>());
    }
}
