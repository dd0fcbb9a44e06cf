using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Health;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class HealthRegistration
{
    public static void Add(HttpSettings settings)
    {
        var services = settings.Services;
        settings.AddOptions<HealthOptions, HealthOptionsValidator>("Health", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.AddOptions<DrainingOptions, DrainingOptionsValidator>("Draining", static (section, options) => section.Bind(options, HttpSettings.Strictly));
        services.AddHealthChecks();
        services.AddSingleton<IConfigureOptions<HealthCheckServiceOptions>, BackendHealthChecks>();
        services.TryAddSingleton<HealthMonitor>();
        services.TryAddSingleton<MappedEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainingService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDoctorCheck, HealthDoctorCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDoctorCheck, DrainingDoctorCheck>());
    }

    public static void Use(IApplicationBuilder app) => app.UsePipelineDraining();
}
