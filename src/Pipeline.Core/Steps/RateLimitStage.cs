using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>Takes a call through the step's rate limits, and settles them when it has ended.</summary>
internal sealed class RateLimitStage<TIn, TOut>(StepLimiter<TIn> limiter) : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.RateLimit;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var pending = limiter.AcquireAsync(input, context.Call, cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitAsync(pending, input, context, next, cancellationToken);
        }

        return limiter.Enter(pending.Result, context) is { } held
            ? HoldAsync(held, input, context, next, cancellationToken)
            : next(input, context, cancellationToken);
    }

    private async ValueTask<TOut> AwaitAsync(
        ValueTask<RateLimitDecision> pending, TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var decision = await pending.ConfigureAwait(false);
        return limiter.Enter(decision, context) is { } held
            ? await HoldAsync(held, input, context, next, cancellationToken).ConfigureAwait(false)
            : await next(input, context, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<TOut> HoldAsync(
        StepReservation held, TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        await using (held.ConfigureAwait(false))
        {
            return await next(input, context, cancellationToken).ConfigureAwait(false);
        }
    }
}
