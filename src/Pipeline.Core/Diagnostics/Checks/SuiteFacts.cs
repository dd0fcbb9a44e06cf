using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>What the doctor asks a suite. Reading throws what the start would throw, where it is declared or configured wrongly.</summary>
internal sealed class SuiteFacts(SuiteServices suite)
{
    private static readonly QueueWorkerOptionsValidator WorkerValidator = new();
    private static readonly StepOptionsValidator StepValidator = new();
    private static readonly ChainOptionsValidator ChainValidator = new();

    public PipelineRegistry Registry => suite.Registry;

    public IServiceProvider Services => suite.Provider;

    public TimeProvider Time => Services.GetRequiredService<TimeProvider>();

    public ProcessFacts Process => Services.GetRequiredService<Func<ProcessFacts>>()();

    /// <summary>Whether the host says that it runs on somebody's desk. What is not said is not so.</summary>
    public bool IsDevelopment => Services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false;

    public bool HasInMemoryQueues => Registry.IsDefault<IQueueProvider>();

    public IReadOnlyList<QueueDefinition> Queues =>
        [.. suite.GetRequired<QueueCatalog>().Definitions.Values.OrderBy(static queue => queue.Name, StringComparer.Ordinal)];

    public IReadOnlyList<(WorkerRegistration Worker, QueueWorkerOptions Options)> Workers =>
        [.. Registry.Items.OfType<WorkerRegistration>().Select(worker => (worker, Options(worker, WorkerValidator)))];

    public IReadOnlyList<(string Name, StepTraits Traits, StepOptions Options)> Steps =>
    [
        .. Registry.Items.Where(static item => item.Step is not null).Select(step => (step.Name, step.Step!, Options(step, StepValidator))),
    ];

    public IReadOnlyList<(string Name, ChainOptions Options)> Chains =>
    [
        .. Registry.Items.Where(static item => string.Equals(item.Section, Sections.Chains, StringComparison.Ordinal))
            .Select(chain => (chain.Name, Options(chain, ChainValidator))),
    ];

    public T GetRequired<T>()
        where T : notnull => suite.GetRequired<T>();

    /// <summary>A setting with its whole path, as far as the host's configuration tells it.</summary>
    public string Setting(string path) =>
        Registry.Configuration is IConfigurationSection section ? $"{section.Path}:{path}" : path;

    /// <summary>A sentence that says to give a setting a value.</summary>
    public string Set(string path, string value) => $"Set {Setting(path)} to {value}, in the configuration or where the code sets it.";

    /// <summary>A sentence that says to give a setting a value which the host knows better.</summary>
    public string SetAbout(string path, string example) => $"Set {Setting(path)}, for instance to {example}, in the configuration or where the code sets it.";

    private TOptions Options<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        ItemRegistration item, IValidateOptions<TOptions> validator)
        where TOptions : class
    {
        var options = Services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(Registry.KeyOf(item.Name));
        validator.ThrowIfInvalid(item.Name, options);
        return options;
    }
}
