using Microsoft.Extensions.Configuration;
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
        settings.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IDoctorCheck, AdminSettingsCheck>());
        settings.AddOptions<AdminOptions, AdminOptionsValidator>(AdminOptionsValidator.Owner, static (section, options) => section.Bind(options, HttpSettings.Strictly));
        settings.Withhold(AdminOptionsValidator.Owner, nameof(AdminOptions.SettingsFile));
        settings.Services.AddSingleton<AdminAudit>();
        settings.Services.AddSingleton(services => CreateConfiguration(services, settings));
        settings.Services.AddSingleton(services => Create(services, settings.Suite));
    }

    /// <summary>The file into which imported settings are written; <see langword="null"/> where none is named.</summary>
    /// <exception cref="OptionsValidationException">It is named wrongly.</exception>
    public static SettingsFile? FileOf(IServiceProvider services) => services.GetRequiredService<IOptions<AdminOptions>>().Value.SettingsFile is { } path
        ? new SettingsFile(Path.GetFullPath(path, services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory))
        : null;

    private static AdminConfiguration CreateConfiguration(IServiceProvider services, HttpSettings settings)
    {
        var host = SettingsOf(services, settings);
        var keys = services.GetService<ApiKeyArchive>();
        return new AdminConfiguration(
            host,
            keys,
            new ConfigurationImporter(host, FileOf(services), keys, services.GetService<IConfiguration>()),
            services.GetRequiredService<AdminAudit>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IHostEnvironment>().ApplicationName,
            settings.Suite);
    }

    private static HostSettings SettingsOf(IServiceProvider services, HttpSettings settings)
    {
        List<SettingsOwner> owners = [];
        foreach (var suite in services.GetServices<SuiteConfiguration>())
        {
            if (suite.Configuration is { } section)
            {
                owners.Add(new SettingsOwner(section, suite.Check, suite.IsFollowed));
            }
        }

        if (settings.Configuration is not { } edge)
        {
            return new HostSettings(owners, []);
        }

        var owner = new SettingsOwner(edge, candidate => settings.Try(services, candidate), static _ => false);
        return new HostSettings([.. owners, owner], [.. settings.Withheld.Select(owner.Extend)]);
    }

    private static AdminRoom Create(IServiceProvider services, string suite) => new(
        new AdminQueues(services.GetRequiredPipelineService<IQueueProvider>(suite), services.GetRequiredService<AdminAudit>()),
        new AdminSpend(
            services.GetRequiredPipelineService<ITelemetryReader>(suite),
            () => services.GetRequiredService<IOptionsMonitor<TelemetryOptions>>().Get(suite).Prices.Currency,
            services.GetRequiredService<TimeProvider>()),
        new AdminDoctor(services.GetRequiredService<Doctor>()),
        new AdminVersion(services.GetRequiredService<IHostEnvironment>()),
        services.GetRequiredService<AdminConfiguration>(),
        services.GetService<ApiKeyDirectory>() is { } keys ? new AdminKeys(keys, services.GetRequiredService<AdminAudit>()) : null);
}
