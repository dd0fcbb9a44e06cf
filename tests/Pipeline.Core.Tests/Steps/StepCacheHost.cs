using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>A suite with a cached step, a manual clock and a sink that keeps what it gets.</summary>
internal sealed class StepCacheHost : IAsyncDisposable
{
    public const int TimeLimit = 60_000;

    private readonly ServiceProvider _services;

    public StepCacheHost(Action<IPipelineBuilder> declare)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock).AddSingleton<ILoggerFactory>(Logs).AddSingleton<ITelemetrySink>(Sink);
        declare(services.AddPipeline());
        _services = services.BuildServiceProvider();
    }

    public ObservedClock Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public RecordingSink Sink { get; } = new();

    public IServiceProvider Services => _services;

    public TieredCache Cache => _services.GetRequiredService<TieredCache>();

    /// <summary>A suite with one step, <c>answer</c>.</summary>
    public static StepCacheHost For<TIn, TOut>(
        Func<TIn, StepContext, CancellationToken, ValueTask<TOut>> execute, Action<StepBuilder<TIn, TOut>> configure) =>
        new(suite => suite.AddStep("answer", execute, configure));

    public IStepRunner<TIn, TOut> Runner<TIn, TOut>() => _services.GetRequiredService<IStepRunner<TIn, TOut>>();

    public IStreamingStepRunner<TIn, TItem> StreamingRunner<TIn, TItem>() => _services.GetRequiredService<IStreamingStepRunner<TIn, TItem>>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Logs.Dispose();
    }
}
