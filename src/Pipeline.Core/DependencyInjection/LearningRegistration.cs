using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Learning;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the learnings of a suite, and reads its options.</summary>
internal static class LearningRegistration
{
    private static readonly LearningOptionsValidator Validator = new();

    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        services.TryAddSingleton<LearningMetrics>();
        OptionsBinding.AddSingle<LearningOptions>(
            services,
            registry,
            Sections.Learning,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            (_, options) => Judge(registry, options));
        registry.Decorate<ILearningStore>((provider, store) => new SuiteLearningStore(
            store,
            GeneratorOf(provider, registry) is { } generator ? new FindingEmbedder(generator) : null,
            ReadOptions(provider, registry),
            provider.GetRequiredService<LearningMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ILearningStore>>()));
        registry.RegisterDefault<ILearningStore>(services, provider => CreateDefault(provider, registry));
    }

    /// <summary>Reads and checks the options of a suite's learnings.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static LearningOptions ReadOptions(IServiceProvider services, PipelineRegistry registry)
    {
        var options = services.GetRequiredService<IOptionsMonitor<LearningOptions>>().Get(registry.Name);
        Validator.ThrowIfInvalid(registry.Name, options);
        return options;
    }

    /// <summary>Finds at start what is wrong with the options, or with the file in which the learnings are kept.</summary>
    public static void Check(IServiceProvider services, PipelineRegistry registry)
    {
        var options = ReadOptions(services, registry);
        Judge(registry, options);
        if (options.SnapshotPath is not null)
        {
            _ = services.GetRequiredPipelineService<ILearningStore>(registry.Name);
        }
    }

    private static void Judge(PipelineRegistry registry, LearningOptions options)
    {
        Validator.ThrowIfInvalid(registry.Name, options);
        if (options.SnapshotPath is not null && !registry.IsDefault<ILearningStore>())
        {
            throw new InvalidOperationException(
                $"Learning:{nameof(options.SnapshotPath)} is given, but the learnings of the suite are kept by a backend. Remove the setting, or the call that names the backend.");
        }
    }

    private static InMemoryLearningStore CreateDefault(IServiceProvider provider, PipelineRegistry registry)
    {
        var options = ReadOptions(provider, registry);
        var time = provider.GetRequiredService<TimeProvider>();
        return options.SnapshotPath is { } path
            ? new InMemoryLearningStore(
                path,
                options.SnapshotInterval,
                time,
                provider.GetRequiredService<ILogger<InMemoryLearningStore>>(),
                provider.GetRequiredService<LearningMetrics>())
            : new InMemoryLearningStore(time);
    }

    private static IEmbeddingGenerator<string, Embedding<float>>? GeneratorOf(IServiceProvider provider, PipelineRegistry registry) =>
        (registry.Name.Length > 0 ? provider.GetKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(registry.Name) : null)
        ?? provider.GetService<IEmbeddingGenerator<string, Embedding<float>>>();
}
