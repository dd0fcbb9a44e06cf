namespace Pipeline.Steps;

internal sealed class FuncStage<TIn, TOut>(
    StepStageOrder order, Func<TIn, StepContext, StepDelegate<TIn, TOut>, CancellationToken, ValueTask<TOut>> invoke)
    : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => order;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken) =>
        invoke(input, context, next, cancellationToken);
}
