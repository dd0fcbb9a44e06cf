namespace Pipeline.Steps;

/// <summary>Refuses input in which one of the step's checks finds a problem.</summary>
internal sealed class ValidationStage<TIn, TOut>(string step, Func<TIn, string?>[] checks) : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Validation;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        StepChecks.ThrowIfInvalid(step, checks, input);
        return next(input, context, cancellationToken);
    }
}
