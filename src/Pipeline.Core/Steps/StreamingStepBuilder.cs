using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Says what a streaming step asks the runner to do around its calls. What it does not ask for costs nothing.</summary>
/// <typeparam name="TIn">What goes into the step.</typeparam>
/// <typeparam name="TItem">The pieces that come out of the step.</typeparam>
/// <remarks>
/// Used while services are registered, on one thread. Values are checked when the application starts. What is said here wins over the configuration.
/// The total time-out and the concurrency limit hold for the whole enumeration; retries, circuit breaker and attempt time-out until its first item.
/// </remarks>
public sealed partial class StreamingStepBuilder<TIn, TItem> : StepBuilderBase<TIn, StreamingStepBuilder<TIn, TItem>>
{
    private readonly List<Func<IServiceProvider, IStreamingStepStage<TIn, TItem>>> _stages = [];

    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    internal StreamingStepBuilder(string name)
        : base(name)
    {
    }

    /// <summary>Adds a stage of one's own. Its <see cref="IStreamingStepStage{TIn, TItem}.Order"/> says where it stands.</summary>
    /// <param name="factory">Makes the stage, once.</param>
    /// <returns>The builder.</returns>
    public StreamingStepBuilder<TIn, TItem> Stage(Func<IServiceProvider, IStreamingStepStage<TIn, TItem>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _stages.Add(factory);
        return this;
    }

    /// <exception cref="InvalidOperationException">The code asks for a pipeline of its own and for parts of ours.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    internal IStreamingStepRunner<TIn, TItem> Build(
        IStreamingStep<TIn, TItem> step, StepOptions options, SuiteServices services, RunEnvironment environment)
    {
        var stages = _stages.ConvertAll(create => create(services.Provider));
        if (Checks is { Length: > 0 } checks)
        {
            stages.Add(new StreamingValidationStage<TIn, TItem>(Name, checks));
        }

        if (LimiterOf(services, environment) is { } limiter)
        {
            stages.Add(new StreamingRateLimitStage<TIn, TItem>(limiter));
        }

        if (CacheStageOf(services, environment) is { } cache)
        {
            stages.Add(cache);
        }

        if (RecallOf(services, environment) is { } recall)
        {
            stages.Add(new StreamingRecallStage<TIn, TItem>(recall));
        }

        var resilience = ResilienceOf(options, environment);
        if (OwnPipeline is { } own)
        {
            stages.Add(new StreamingResilienceStage<TIn, TItem>(Name, own, limiter: null, totalTimeout: null, canAbandon: true, environment));
        }
        else if (!resilience.IsEmpty)
        {
            stages.Add(new StreamingResilienceStage<TIn, TItem>(
                Name,
                resilience.BuildAttempts(),
                resilience.CreateLimiter(),
                resilience.HasTotalTimeout ? resilience.TotalTimeoutOf : null,
                resilience.HasTimeout,
                environment));
        }

        return new StreamingStepRunner<TIn, TItem>(Name, StepVersion, ModelSelector, StepPipeline.Compose(step, stages), environment);
    }
}
