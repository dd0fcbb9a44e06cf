using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Says what a step asks the runner to do around its calls. What it does not ask for costs nothing.</summary>
/// <typeparam name="TIn">What goes into the step.</typeparam>
/// <typeparam name="TOut">What comes out of the step.</typeparam>
/// <remarks>
/// Used while services are registered, on one thread. Values are checked when the application starts. What is said here wins over the configuration.
/// </remarks>
public sealed partial class StepBuilder<TIn, TOut> : StepBuilderBase<TIn, StepBuilder<TIn, TOut>>
{
    private readonly List<Func<IServiceProvider, IStepStage<TIn, TOut>>> _stages = [];

    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    internal StepBuilder(string name)
        : base(name)
    {
    }

    /// <summary>Adds a stage of one's own. Its <see cref="IStepStage{TIn, TOut}.Order"/> says where it stands.</summary>
    /// <param name="factory">Makes the stage, once.</param>
    /// <returns>The builder.</returns>
    public StepBuilder<TIn, TOut> Stage(Func<IServiceProvider, IStepStage<TIn, TOut>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _stages.Add(factory);
        return this;
    }

    /// <exception cref="InvalidOperationException">The code asks for a pipeline of its own and for parts of ours.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    internal IStepRunner<TIn, TOut> Build(IStep<TIn, TOut> step, StepOptions options, SuiteServices services, RunEnvironment environment)
    {
        var stages = _stages.ConvertAll(create => create(services.Provider));
        if (Checks is { Length: > 0 } checks)
        {
            stages.Add(new ValidationStage<TIn, TOut>(Name, checks));
        }

        if (LimiterOf(services, environment) is { } limiter)
        {
            stages.Add(new RateLimitStage<TIn, TOut>(limiter));
        }

        if (CacheStageOf(services, environment) is { } cache)
        {
            stages.Add(cache);
        }

        if (SemanticCacheStageOf(services) is { } semanticCache)
        {
            stages.Add(semanticCache);
        }

        if (RecallOf(services, environment) is { } recall)
        {
            stages.Add(new RecallStage<TIn, TOut>(recall));
        }

        if (LearnStageOf(services, environment) is { } learn)
        {
            stages.Add(learn);
        }

        if (environment.Meter is { Prices: not null } meter)
        {
            stages.Add(new SettlementStage<TIn, TOut>(meter));
        }

        var resilience = ResilienceOf(options, environment);
        if (OwnPipeline is { } own)
        {
            stages.Add(new ResilienceStage<TIn, TOut>(Name, own, canAbandon: true, environment.Diagnostics));
        }
        else if (!resilience.IsEmpty)
        {
            stages.Add(new ResilienceStage<TIn, TOut>(Name, resilience.BuildCall(), resilience.HasTimeout, environment.Diagnostics));
        }

        return new StepRunner<TIn, TOut>(Name, StepVersion, ModelSelector, StepPipeline.Compose(step, stages), environment);
    }
}
