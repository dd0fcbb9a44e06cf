using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Conformance;
using Pipeline.Conformance.Learning.FaultInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;

namespace Pipeline.Learning;

/// <summary>A suite with a manual clock, recorded logs and measurements, and a store of learnings that lets calls fail.</summary>
internal sealed class LearningHost : IAsyncDisposable
{
    public const int TimeLimit = 60_000;

    private readonly ServiceProvider _services;

    public LearningHost(Action<IPipelineBuilder>? declare = null, FakeEmbeddingGenerator? generator = null)
    {
        Inner = new InMemoryLearningStore(Clock);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock).AddSingleton<ILoggerFactory>(Logs);
        if (generator is not null)
        {
            services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(generator);
        }

        var builder = services.AddPipeline().SetRole<ILearningStore>("UseFaults", _ => new FaultInjectingLearningStore(Inner, Faults));
        declare?.Invoke(builder);
        _services = services.BuildServiceProvider();
        Measurements = new MeasurementCollector(_services.GetRequiredService<IMeterFactory>());
    }

    public ObservedClock Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public LearningFaults Faults { get; } = new();

    public InMemoryLearningStore Inner { get; }

    public MeasurementCollector Measurements { get; }

    public ILearningStore Store => _services.GetRequiredService<ILearningStore>();

    public IStepRunner<string, string> Step => _services.GetRequiredService<IStepRunner<string, string>>();

    public IStreamingStepRunner<string, string> StreamingStep => _services.GetRequiredService<IStreamingStepRunner<string, string>>();

    public LearningRecord Record(string finding, string step = "answer", string tenant = CallContext.DefaultTenant) =>
        new() { Tenant = tenant, RunId = "run", Step = step, Finding = finding, Created = Clock.GetUtcNow() };

    public async ValueTask DisposeAsync()
    {
        Measurements.Dispose();
        await _services.DisposeAsync();
        Logs.Dispose();
    }
}
