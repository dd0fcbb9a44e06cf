using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Prices what an answer took, before a cache keeps the answer. What a failed call took is priced when the call is recorded.</summary>
internal sealed class SettlementStage<TIn, TOut>(UsageMeter meter) : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Settlement;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var pending = next(input, context, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitAsync(pending, context);
        }

        var value = pending.Result;
        context.Settle(meter);
        return new(value);
    }

    private async ValueTask<TOut> AwaitAsync(ValueTask<TOut> pending, StepContext context)
    {
        var value = await pending.ConfigureAwait(false);
        context.Settle(meter);
        return value;
    }
}
