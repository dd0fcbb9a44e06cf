using Microsoft.Extensions.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.DependencyInjection;

/// <summary>The builder that <c>AddPipeline</c> returns.</summary>
internal sealed class PipelineBuilder(IServiceCollection services, PipelineRegistry registry) : IPipelineBuilder
{
    public string Name => Registry.Name;

    public IServiceCollection Services { get; } = services;

    public PipelineRegistry Registry { get; } = registry;

    public IPipelineBuilder SetRole<TRole>(string claimedBy, Func<IServiceProvider, TRole> factory)
        where TRole : class
    {
        ArgumentException.ThrowIfNullOrEmpty(claimedBy);
        ArgumentNullException.ThrowIfNull(factory);
        Registry.ClaimRole(Services, claimedBy, factory);
        return this;
    }

    public IPipelineBuilder AddTelemetryStore(Func<IServiceProvider, ITelemetryStore> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        TelemetryRegistration.AddStore(Services, Registry, factory);
        return this;
    }

    /// <summary>The registry behind a builder.</summary>
    /// <exception cref="ArgumentException">The builder was not made by AddPipeline.</exception>
    public static PipelineRegistry RegistryOf(IPipelineBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder is PipelineBuilder own
            ? own.Registry
            : throw new ArgumentException("The builder is not one that AddPipeline returned. Call AddPipeline and pass on its builder.", nameof(builder));
    }
}
