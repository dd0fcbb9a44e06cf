namespace Pipeline.Steps;

/// <summary>Puts a step and its stages together into one delegate, once.</summary>
internal static class StepPipeline
{
    public static StepDelegate<TIn, TOut> Compose<TIn, TOut>(IStep<TIn, TOut> step, IEnumerable<IStepStage<TIn, TOut>> stages)
    {
        StepDelegate<TIn, TOut> invoke = new Attempt<TIn, TOut>(step).InvokeAsync;
        foreach (var stage in stages.OrderBy(static stage => stage.Order).Reverse())
        {
            invoke = new Link<TIn, TOut>(stage, invoke).InvokeAsync;
        }

        return invoke;
    }

    public static StreamingStepDelegate<TIn, TItem> Compose<TIn, TItem>(
        IStreamingStep<TIn, TItem> step, IEnumerable<IStreamingStepStage<TIn, TItem>> stages)
    {
        StreamingStepDelegate<TIn, TItem> invoke = new StreamingAttempt<TIn, TItem>(step).InvokeAsync;
        foreach (var stage in stages.OrderBy(static stage => stage.Order).Reverse())
        {
            invoke = new StreamingLink<TIn, TItem>(stage, invoke).InvokeAsync;
        }

        return invoke;
    }

    private sealed class Attempt<TIn, TOut>(IStep<TIn, TOut> step)
    {
        public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, CancellationToken cancellationToken)
        {
            context.Attempt++;
            return step.ExecuteAsync(input, context, cancellationToken);
        }
    }

    private sealed class Link<TIn, TOut>(IStepStage<TIn, TOut> stage, StepDelegate<TIn, TOut> next)
    {
        public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, CancellationToken cancellationToken) =>
            stage.InvokeAsync(input, context, next, cancellationToken);
    }

    private sealed class StreamingAttempt<TIn, TItem>(IStreamingStep<TIn, TItem> step)
    {
        public IAsyncEnumerable<TItem> InvokeAsync(TIn input, StepContext context, CancellationToken cancellationToken)
        {
            context.Attempt++;
            return step.ExecuteAsync(input, context, cancellationToken);
        }
    }

    private sealed class StreamingLink<TIn, TItem>(IStreamingStepStage<TIn, TItem> stage, StreamingStepDelegate<TIn, TItem> next)
    {
        public IAsyncEnumerable<TItem> InvokeAsync(TIn input, StepContext context, CancellationToken cancellationToken) =>
            stage.InvokeAsync(input, context, next, cancellationToken);
    }
}
