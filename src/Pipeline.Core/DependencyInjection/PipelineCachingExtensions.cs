using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up the suite's cache, and gives it to others as the framework's types.</summary>
public static class PipelineCachingExtensions
{
    /// <summary>Sets up the suite's cache in code, over what the configuration says (<c>Caching</c>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The options.</param>
    /// <returns>The builder.</returns>
    public static IPipelineBuilder ConfigureCache(this IPipelineBuilder builder, Action<TieredCacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.Configure(registry.Name, configure);
        return builder;
    }

    /// <summary>
    /// Declares a preset: how long entries live that ask for it by its name, and what the cache does while their value is being made
    /// (<see cref="TieredCache.WithPreset"/>). Configuration can change it: <c>Caching:Presets:&lt;name&gt;</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The preset's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">The preset, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <remarks>A preset that is configured and not declared stops the start.</remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A preset of this name is declared already.</exception>
    public static IPipelineBuilder AddCachePreset(this IPipelineBuilder builder, string name, Action<CacheEntryPreset>? configure = null)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        registry.Declare(new CachePresetRegistration(name, services => CachingRegistration.ReadOptions(services, registry)));
        return configure is null ? builder : builder.ConfigureCache(options => configure(options.Presets[name]));
    }

    /// <summary>Takes the host's <see cref="IDistributedCache"/> as the suite's cache backend.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="startupCheck">What it means for the start if the distributed cache cannot be reached.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// What a distributed cache cannot promise stands at <see cref="CacheBackendExtensions.AsCacheBackend"/>. The suite's keys there begin
    /// with <c>pipeline:</c>, and with <c>pipeline:name/</c> for a suite with a name, so that they meet nobody else's.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// Another call has claimed the role of the cache backend, or <see cref="AsDistributedCache"/> was called on the same suite.
    /// </exception>
    /// <exception cref="ArgumentException">The suite's name is too long to begin a key with.</exception>
    public static IPipelineBuilder UseDistributedCache(this IPipelineBuilder builder, StartupCheck startupCheck = StartupCheck.Require)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        ThrowIfCircle(registry.ServesDistributedCache);
        var prefix = registry.Name.Length == 0
            ? CacheBackendExtensions.DefaultKeyPrefix
            : $"{CacheBackendExtensions.DefaultKeyPrefix}{registry.Name}/";
        CacheBackendExtensions.ThrowIfInvalidPrefix(prefix, nameof(builder));
        builder.SetRole<ICacheBackend>(nameof(UseDistributedCache), services => CacheOfHost(services).AsCacheBackend(prefix, services.GetRequiredService<TimeProvider>()));
        registry.UsesDistributedCache = true;
        builder.Services.AddSingleton<IBackendProbe>(services => new DistributedCacheProbe(services, registry.Name, startupCheck));
        return builder;
    }

    /// <summary>
    /// Registers the suite's cache as the host's <see cref="HybridCache"/>, for code that takes that type. The suite takes no type of the
    /// framework's over unless it is asked to.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Another suite is the host's <see cref="HybridCache"/> already.</exception>
    public static IPipelineBuilder AsHybridCache(this IPipelineBuilder builder)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        FrameworkFace.Register<HybridCache>(
            builder.Services, registry.Name, nameof(AsHybridCache), services => services.GetRequiredPipelineService<TieredCache>(registry.Name));
        return builder;
    }

    /// <summary>
    /// Registers the suite's cache backend as the host's <see cref="IDistributedCache"/> (an <see cref="IBufferDistributedCache"/>), for code
    /// that takes that type: sessions, for instance. Both use the backend's one key space.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <remarks>How expiries are translated stands at <see cref="CacheBackendExtensions.AsDistributedCache(ICacheBackend, TimeProvider)"/>.</remarks>
    /// <exception cref="InvalidOperationException">
    /// Another suite is the host's <see cref="IDistributedCache"/> already, or <see cref="UseDistributedCache"/> was called on the same suite.
    /// </exception>
    public static IPipelineBuilder AsDistributedCache(this IPipelineBuilder builder)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        ThrowIfCircle(registry.UsesDistributedCache);
        FrameworkFace.Register<IDistributedCache>(
            builder.Services,
            registry.Name,
            nameof(AsDistributedCache),
            services => services.GetRequiredPipelineService<ICacheBackend>(registry.Name).AsDistributedCache(services.GetRequiredService<TimeProvider>()));
        registry.ServesDistributedCache = true;
        return builder;
    }

    private static IDistributedCache CacheOfHost(IServiceProvider services) => services.GetService<IDistributedCache>()
        ?? throw new InvalidOperationException(
            $"{nameof(UseDistributedCache)} takes the host's {nameof(IDistributedCache)}, and none is registered. Register one, or remove the call.");

    private static void ThrowIfCircle(bool isCircle)
    {
        if (isCircle)
        {
            throw new InvalidOperationException(
                $"{nameof(UseDistributedCache)} and {nameof(AsDistributedCache)} are called on the same suite, whose cache would stand on itself. Keep one of the calls.");
        }
    }
}
