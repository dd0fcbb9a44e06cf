using System.Runtime.CompilerServices;

namespace Pipeline.Steps;

/// <summary>Takes a call through the step's rate limits before its first item, and settles them when its enumeration has ended.</summary>
internal sealed class StreamingRateLimitStage<TIn, TItem>(StepLimiter<TIn> limiter) : IStreamingStepStage<TIn, TItem>
{
    public StepStageOrder Order => StepStageOrder.RateLimit;

    public async IAsyncEnumerable<TItem> InvokeAsync(
        TIn input,
        StepContext context,
        StreamingStepDelegate<TIn, TItem> next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var decision = await limiter.AcquireAsync(input, context.Call, cancellationToken).ConfigureAwait(false);
        var held = limiter.Enter(decision, context);
        try
        {
            await foreach (var item in next(input, context, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
        finally
        {
            if (held is not null)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
