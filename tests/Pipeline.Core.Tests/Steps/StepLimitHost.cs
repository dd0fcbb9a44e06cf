using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>What limited steps need to run, without a suite's registrations: rules, and a limiter whose backend the test has in hand.</summary>
internal sealed class StepLimitHost : IDisposable
{
    private readonly ServiceProvider _services;

    public StepLimitHost(params (string Name, RateLimitRule Rule)[] rules)
    {
        Backend = new AwayLimiter(Clock);
        _services = new ServiceCollection()
            .AddMetrics()
            .AddOptions()
            .AddSingleton<RateLimitMetrics>()
            .AddSingleton(new RateLimitRules(rules.Select(rule => KeyValuePair.Create(rule.Name, rule.Rule.Named(rule.Name))), [], name => name))
            .AddSingleton<IRateLimiter>(services => new FallbackRateLimiter(
                Backend, new RateLimitingOptions(), services.GetRequiredService<RateLimitMetrics>(), Clock, Logs))
            .BuildServiceProvider();
        var meters = _services.GetRequiredService<IMeterFactory>();
        Measured = new MeasurementCollector(meters);
        Environment = new RunEnvironment(Clock, new PipelineDiagnostics(meters), Logs, [Sink]);
    }

    public ObservedClock Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public RecordingSink Sink { get; } = new();

    public MeasurementCollector Measured { get; }

    /// <summary>The limiter under the one that the steps ask.</summary>
    public AwayLimiter Backend { get; }

    public RunEnvironment Environment { get; }

    public IStepRunner<TIn, TOut> Step<TIn, TOut>(
        Func<TIn, StepContext, CancellationToken, ValueTask<TOut>> execute, Action<StepBuilder<TIn, TOut>> configure, string name = "answer")
    {
        var builder = new StepBuilder<TIn, TOut>(name);
        configure(builder);
        var options = new StepOptions();
        builder.Configure(options);
        return builder.Build(new DelegateStep<TIn, TOut>(execute), options, new SuiteServices(_services, new PipelineRegistry("")), Environment);
    }

    /// <summary>A step that does nothing.</summary>
    public IStepRunner<string, string> Step(Action<StepBuilder<string, string>> configure, string name = "answer") =>
        Step((input, _, _) => new(input), configure, name);

    public IStreamingStepRunner<TIn, TItem> StreamingStep<TIn, TItem>(
        Func<TIn, StepContext, CancellationToken, IAsyncEnumerable<TItem>> execute, Action<StreamingStepBuilder<TIn, TItem>> configure)
    {
        var builder = new StreamingStepBuilder<TIn, TItem>("answer");
        configure(builder);
        var options = new StepOptions();
        builder.Configure(options);
        return builder.Build(
            new DelegateStreamingStep<TIn, TItem>(execute), options, new SuiteServices(_services, new PipelineRegistry("")), Environment);
    }

    /// <summary>Calls a step until it is refused.</summary>
    /// <returns>How often it was granted.</returns>
    public static async Task<int> CallUntilRefusedAsync(IStepRunner<string, string> runner, CallContext? call = null, string input = "")
    {
        for (var granted = 0; granted < 1_000; granted++)
        {
            try
            {
                await runner.RunAsync(input, call);
            }
            catch (RateLimitRejectedException)
            {
                return granted;
            }
        }

        throw new InvalidOperationException("Nothing refuses the step.");
    }

    public void Dispose()
    {
        Measured.Dispose();
        Backend.Dispose();
        Logs.Dispose();
        _services.Dispose();
    }
}
