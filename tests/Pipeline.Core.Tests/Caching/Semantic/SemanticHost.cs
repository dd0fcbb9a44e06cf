using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Conformance.Vectors.FaultInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>A suite with a step that has a semantic cache, over an embedder, an index and a backend that can be made to fail.</summary>
internal sealed class SemanticHost : IAsyncDisposable
{
    public const int TimeLimit = 60_000;

    private readonly ServiceProvider _services;

    private int _runs;

    public SemanticHost(Action<StepSemanticCacheBuilder<Question, Reply>>? configure = null, Action<StepBuilder<Question, Reply>>? step = null, Action<IPipelineBuilder>? suite = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock).AddSingleton<ILoggerFactory>(Logs).AddSingleton<ITelemetrySink>(Sink)
            .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(Embedder);
        var builder = services.AddPipeline()
            .UseJson(SemanticContext.Default)
            .SetRole<IVectorIndex>("test", _ => new FaultInjectingVectorIndex(Index, VectorFaults))
            .SetRole<ICacheBackend>("test", _ => new FaultInjectingCacheBackend(new InMemoryCacheBackend(timeProvider: Clock), CacheFaults))
            .AddStep<Question, Reply>("answer", ExecuteAsync, answer =>
            {
                answer.SemanticCache(question => question.Text, TimeSpan.FromHours(1), configure);
                step?.Invoke(answer);
            });
        suite?.Invoke(builder);
        _services = services.BuildServiceProvider();
        Measurements = new MeasurementCollector(_services.GetRequiredService<IMeterFactory>());
    }

    public ObservedClock Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public RecordingSink Sink { get; } = new();

    public SpellingEmbedder Embedder { get; } = new();

    public InMemoryVectorIndex Index { get; } = new();

    public VectorFaults VectorFaults { get; } = new();

    public CacheFaults CacheFaults { get; } = new();

    public MeasurementCollector Measurements { get; }

    /// <summary>How often the step ran.</summary>
    public int Runs => _runs;

    /// <summary>What the step does besides; it answers with the question.</summary>
    public Func<Question, StepContext, ValueTask> OnRun { get; set; } = (_, _) => default;

    public IServiceProvider Services => _services;

    public SemanticCache Cache => _services.GetRequiredService<SemanticCache>();

    public IStepRunner<Question, Reply> Step => _services.GetRequiredService<IStepRunner<Question, Reply>>();

    public IEnumerable<string> Outcomes => Measurements.Of("pipeline.semantic_cache.lookups").Select(one => one.Tags.Split('=')[^1]);

    public async Task<string> AskAsync(string text, string? tenant = null) => (await RunAsync(text, tenant)).Value.Text;

    public async Task<StepResult<Reply>> RunAsync(string text, string? tenant = null) =>
        await Step.RunAsync(new Question(text), tenant is null ? null : new CallContext { Tenant = tenant });

    public async ValueTask DisposeAsync()
    {
        Measurements.Dispose();
        await _services.DisposeAsync();
        Logs.Dispose();
    }

    private async ValueTask<Reply> ExecuteAsync(Question question, StepContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        await OnRun(question, context);
        return new Reply($"{context.Call.Tenant}: {question.Text}");
    }
}
