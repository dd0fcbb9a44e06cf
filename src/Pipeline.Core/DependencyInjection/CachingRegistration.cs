using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the cache of a suite, and reads its options.</summary>
internal static class CachingRegistration
{
    private static readonly TieredCacheOptionsValidator Validator = new();

    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        OptionsBinding.AddSingle<TieredCacheOptions>(
            services,
            registry,
            Sections.Caching,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            (_, options) => Validator.ThrowIfInvalid(registry.Name, options),
            (section, options) => DeclarePresets(registry, section, options.Presets));
        registry.RegisterDefault<ICacheBackend>(services, provider => new InMemoryCacheBackend(
            ReadOptions(provider, registry).Memory,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<InMemoryCacheBackend>>()));
        registry.Register(services, provider => new TieredCache(
            provider.GetRequiredPipelineService<ICacheBackend>(registry.Name),
            registry.IsDefault<ICacheBackend>(),
            ReadOptions(provider, registry),
            new CacheSerializers(provider, new SuiteServices(provider, registry).Json),
            provider.GetRequiredService<CacheMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TieredCache>>()));
    }

    /// <summary>Reads and checks the options of a suite's cache.</summary>
    /// <exception cref="InvalidOperationException">A preset is configured that was not declared.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static TieredCacheOptions ReadOptions(IServiceProvider services, PipelineRegistry registry)
    {
        var options = services.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get(registry.Name);
        Validator.ThrowIfInvalid(registry.Name, options);
        return options;
    }

    // Configuration may spell a name in other letter case than the code, and configure only what the code declares.
    private static void DeclarePresets(PipelineRegistry registry, IConfigurationSection? section, IDictionary<string, CacheEntryPreset> presets)
    {
        var declared = registry.Items.OfType<CachePresetRegistration>().Select(preset => preset.Name).ToList();
        foreach (var (name, preset) in presets.ToList())
        {
            var known = declared.Find(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException(
                    $"'{section?.GetSection(nameof(TieredCacheOptions.Presets)).GetSection(name).Path}' configures the cache preset '{name}', "
                    + $"which is not declared in code; declared are: {Describe(declared)}. Correct the name, or declare it with AddCachePreset.");
            presets.Remove(name);
            presets[known] = preset;
        }

        foreach (var name in declared)
        {
            presets.TryAdd(name, new CacheEntryPreset());
        }
    }

    private static string Describe(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(name => $"'{name}'"));
}
