namespace Pipeline.Steps;

/// <summary>A chain's step that calls a runner.</summary>
internal sealed class RunnerChainStep<T, TIn, TOut>(IStepRunner<TIn, TOut> runner, Func<T, TIn> map, Func<T, TOut, T> merge) : IChainStep<T>, ICallsRunner
{
    public async ValueTask<ChainResult<T>> ExecuteAsync(T item, ChainContext context, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(map(item), context.Call, cancellationToken).ConfigureAwait(false);
        return ChainResult.Continue(merge(item, result.Value));
    }
}
