namespace Pipeline.Steps;

/// <summary>Refuses input in which one of the step's checks finds a problem.</summary>
internal sealed class StreamingValidationStage<TIn, TItem>(string step, Func<TIn, string?>[] checks) : IStreamingStepStage<TIn, TItem>
{
    public StepStageOrder Order => StepStageOrder.Validation;

    public IAsyncEnumerable<TItem> InvokeAsync(
        TIn input, StepContext context, StreamingStepDelegate<TIn, TItem> next, CancellationToken cancellationToken)
    {
        StepChecks.ThrowIfInvalid(step, checks, input);
        return next(input, context, cancellationToken);
    }
}
