using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Diagnostics;
using Pipeline.Steps;
using Pipeline.Telemetry;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the telemetry of a suite, and reads its options.</summary>
internal static class TelemetryRegistration
{
    private static readonly TelemetryOptionsValidator Validator = new();

    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        OptionsBinding.AddSingle<TelemetryOptions>(
            services,
            registry,
            Sections.Telemetry,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            (provider, options) => Judge(provider, registry, options));
        services.TryAddSingleton<TelemetryMetrics>();
        registry.Register(services, provider => new InMemoryTelemetry(ReadOptions(provider, registry).Memory));
        registry.Register<ITelemetrySink>(services, provider => provider.GetRequiredPipelineService<InMemoryTelemetry>(registry.Name));
        registry.Register(services, provider => CreateSinks(provider, registry));
        registry.RegisterDefault<ITelemetryReader>(services, provider => provider.GetRequiredPipelineService<TelemetrySinks>(registry.Name).FindReader());
        registry.Register(services, provider => new RunEnvironment(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<PipelineDiagnostics>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredPipelineService<TelemetrySinks>(registry.Name))
        {
            Meter = provider.GetRequiredPipelineService<UsageMeter>(registry.Name),
        });
        PricingRegistration.Add(services, registry);
    }

    /// <summary>Adds a store, and the sink in front of it.</summary>
    public static void AddStore(IServiceCollection services, PipelineRegistry registry, Func<IServiceProvider, ITelemetryStore> factory)
    {
        // A key of its own: the container disposes the store after the sink, which still writes to it while it closes.
        var key = new object();
        services.AddKeyedSingleton(key, (provider, _) => factory(provider));
        registry.Register<ITelemetrySink>(services, provider => new BufferedTelemetrySink(
            provider.GetRequiredKeyedService<ITelemetryStore>(key),
            ReadOptions(provider, registry),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<BufferedTelemetrySink>>()));
    }

    /// <summary>Makes all that takes telemetry, and so finds what is wrong with it.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    /// <exception cref="InvalidOperationException">Two sinks have one name, or the spill cannot be used.</exception>
    public static void Check(IServiceProvider services, PipelineRegistry registry) => Judge(services, registry, ReadOptions(services, registry));

    /// <summary>Reads and checks the options of a suite's telemetry.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static TelemetryOptions ReadOptions(IServiceProvider services, PipelineRegistry registry)
    {
        var options = services.GetRequiredService<IOptionsMonitor<TelemetryOptions>>().Get(registry.Name);
        Validator.ThrowIfInvalid(registry.Name, options);
        return options;
    }

    private static void Judge(IServiceProvider services, PipelineRegistry registry, TelemetryOptions options)
    {
        Validator.ThrowIfInvalid(registry.Name, options);
        var sinks = services.GetRequiredPipelineService<TelemetrySinks>(registry.Name);
        if (options.Spill.Directory is not null && !sinks.OfType<BufferedTelemetrySink>().Any())
        {
            throw new InvalidOperationException(
                "Telemetry: Spill:Directory is set, but the suite has no telemetry store whose records could be kept there. "
                + "Add a store, or leave the setting out.");
        }
    }

    private static TelemetrySinks CreateSinks(IServiceProvider services, PipelineRegistry registry)
    {
        var sinks = new TelemetrySinks(
            registry.Name.Length == 0 ? services.GetServices<ITelemetrySink>() : services.GetKeyedServices<ITelemetrySink>(registry.Name));
        services.GetRequiredService<TelemetryMetrics>().Observe(sinks);
        return sinks;
    }
}
