using System.Runtime.CompilerServices;

namespace Pipeline.Steps;

/// <summary>Recalls before the streaming step runs.</summary>
internal sealed class StreamingRecallStage<TIn, TItem>(StepRecall<TIn> recall) : IStreamingStepStage<TIn, TItem>
{
    public StepStageOrder Order => StepStageOrder.Recall;

    public async IAsyncEnumerable<TItem> InvokeAsync(
        TIn input, StepContext context, StreamingStepDelegate<TIn, TItem> next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await recall.RecallAsync(input, context, cancellationToken).ConfigureAwait(false);
        await foreach (var item in next(input, context, cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }
}
