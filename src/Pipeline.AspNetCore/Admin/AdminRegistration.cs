using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Authentication;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Queues;
using Pipeline.Telemetry;

namespace Pipeline.Admin;

/// <summary>Registers the room.</summary>
internal static class AdminRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.Services.AddSingleton<AdminGate>();
        settings.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AdminGate>(static services => services.GetRequiredService<AdminGate>()));
        settings.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IDoctorCheck, AdminCheck>());
        settings.Services.AddSingleton<AdminAudit>();
        settings.Services.AddSingleton(services => Create(services, settings.Suite));
    }

    private static AdminRoom Create(IServiceProvider services, string suite) => new(
        new AdminQueues(services.GetRequiredPipelineService<IQueueProvider>(suite), services.GetRequiredService<AdminAudit>()),
        new AdminSpend(
            services.GetRequiredPipelineService<ITelemetryReader>(suite),
            () => services.GetRequiredService<IOptionsMonitor<TelemetryOptions>>().Get(suite).Prices.Currency,
            services.GetRequiredService<TimeProvider>()),
        new AdminDoctor(services.GetRequiredService<Doctor>()),
        new AdminVersion(services.GetRequiredService<IHostEnvironment>()),
        services.GetService<ApiKeyDirectory>() is { } keys ? new AdminKeys(keys, services.GetRequiredService<AdminAudit>()) : null);
}
