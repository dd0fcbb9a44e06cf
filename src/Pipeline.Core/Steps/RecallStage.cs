namespace Pipeline.Steps;

/// <summary>Recalls before the step runs.</summary>
internal sealed class RecallStage<TIn, TOut>(StepRecall<TIn> recall) : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Recall;

    public async ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        await recall.RecallAsync(input, context, cancellationToken).ConfigureAwait(false);
        return await next(input, context, cancellationToken).ConfigureAwait(false);
    }
}
