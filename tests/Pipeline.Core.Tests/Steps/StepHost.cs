using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What steps and chains need to run, without a container's registrations: a manual clock, metrics, logs and sinks.</summary>
internal sealed class StepHost : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public StepHost(params ITelemetrySink[] sinks)
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        Environment = new RunEnvironment(Clock, new PipelineDiagnostics(Meters), Logs, sinks);
    }

    public ObservedClock Clock { get; } = new();

    public SuiteServices Suite => new(_services, new PipelineRegistry(""));

    public RecordingLogger Logs { get; } = new();

    public IMeterFactory Meters { get; }

    public RunEnvironment Environment { get; }

    public IStepRunner<TIn, TOut> Step<TIn, TOut>(
        Func<TIn, StepContext, CancellationToken, ValueTask<TOut>> execute,
        Action<StepBuilder<TIn, TOut>>? configure = null,
        StepOptions? options = null)
    {
        var builder = new StepBuilder<TIn, TOut>("answer");
        configure?.Invoke(builder);
        options ??= new StepOptions();
        builder.Configure(options);
        return builder.Build(new DelegateStep<TIn, TOut>(execute), options, Suite, Environment);
    }

    public IStreamingStepRunner<TIn, TItem> StreamingStep<TIn, TItem>(
        Func<TIn, StepContext, CancellationToken, IAsyncEnumerable<TItem>> execute,
        Action<StreamingStepBuilder<TIn, TItem>>? configure = null,
        StepOptions? options = null)
    {
        var builder = new StreamingStepBuilder<TIn, TItem>("answer");
        configure?.Invoke(builder);
        options ??= new StepOptions();
        builder.Configure(options);
        return builder.Build(new DelegateStreamingStep<TIn, TItem>(execute), options, Suite, Environment);
    }

    public Chain<T> Chain<T>(
        Action<ChainBuilder<T>> configure,
        ChainOptions? options = null,
        IMessageFactory? messages = null,
        Action<IServiceCollection>? register = null)
    {
        var builder = new ChainBuilder<T>("ingest");
        configure(builder);
        options ??= new ChainOptions();
        builder.Configure(options);
        var services = new ServiceCollection();
        register?.Invoke(services);
        builder.Register(services);
        return builder.Build(
            services.BuildServiceProvider(), "", new ChainSettings("ingest", options, Logs), Environment, messages);
    }

    public void Dispose()
    {
        _services.Dispose();
        Logs.Dispose();
    }
}
