using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Pipeline.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the suite to a service collection. This file shows all that the package registers.</summary>
public static class PipelineServiceCollectionExtensions
{
    /// <summary>Adds the suite, in memory until a backend is named. A second call adds to the same suite.</summary>
    /// <param name="services">The services. A bare collection will do.</param>
    /// <param name="configuration">
    /// The suite's section, with <c>Queues</c>, <c>Steps</c>, <c>Chains</c> and <c>Workers</c>, each by name, and <c>Caching</c>,
    /// <c>RateLimiting</c>, <c>Learning</c> and <c>Telemetry</c>; <see langword="null"/> for settings in code only. Code wins over configuration; a setting that names nothing is an
    /// error at start.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">An earlier call gave the suite another section.</exception>
    public static IPipelineBuilder AddPipeline(this IServiceCollection services, IConfiguration? configuration = null) =>
        services.AddPipeline("", configuration);

    /// <summary>
    /// Adds a suite with a name: its services are keyed by the name, its queues, steps and workers by <c>name/item</c>, and all that it
    /// stores is prefixed with the name.
    /// </summary>
    /// <param name="services">The services. A bare collection will do.</param>
    /// <param name="name">The name, 1 to 512 bytes of UTF-8; empty for the only or main suite.</param>
    /// <param name="configuration">The suite's section; <see langword="null"/> for settings in code only.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">An earlier call gave the suite another section.</exception>
    public static IPipelineBuilder AddPipeline(this IServiceCollection services, string name, IConfiguration? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > 0)
        {
            StoredName.ThrowIfInvalid(name);
        }

        var registry = FindRegistry(services, name) ?? AddRegistry(services, name);
        registry.UseConfiguration(configuration);
        return new PipelineBuilder(services, registry);
    }

    private static PipelineRegistry? FindRegistry(IServiceCollection services, string name) => services
        .Where(descriptor => !descriptor.IsKeyedService)
        .Select(descriptor => descriptor.ImplementationInstance)
        .OfType<PipelineRegistry>()
        .FirstOrDefault(registry => string.Equals(registry.Name, name, StringComparison.Ordinal));

    private static PipelineRegistry AddRegistry(IServiceCollection services, string name)
    {
        services.AddLogging();
        services.AddMetrics();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PipelineDiagnostics>();
        services.TryAddSingleton<CacheMetrics>();
        services.TryAddSingleton<RateLimitMetrics>();
        services.TryAddSingleton<WorkerMetrics>();
        services.TryAddSingleton<WorkerServices>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PipelineStartupService>());

        var registry = new PipelineRegistry(name);
        services.AddSingleton(registry);
        services.AddSingleton(provider => new PipelineStarter(registry, provider));
        services.AddSingleton(provider => new SuiteConfiguration(registry, provider));
        registry.Register(services, provider => QueueRegistration.CreateCatalog(provider, registry));
        registry.Register<IMessageFactory>(services, provider => new MessageFactory(provider, registry));
        registry.RegisterDefault<IQueueProvider>(services, provider => new InMemoryQueueProvider(
            provider.GetRequiredPipelineService<QueueCatalog>(name), provider.GetRequiredService<TimeProvider>()));
        CachingRegistration.Add(services, registry);
        RateLimitingRegistration.Add(services, registry);
        TelemetryRegistration.Add(services, registry);
        VectorRegistration.Add(services, registry);
        SemanticCacheRegistration.Add(services, registry);
        LearningRegistration.Add(services, registry);
        StateRegistration.Add(services, registry);
        DoctorRegistration.Add(services, registry);
        return registry;
    }
}
