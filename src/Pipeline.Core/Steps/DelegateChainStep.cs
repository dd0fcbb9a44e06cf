namespace Pipeline.Steps;

/// <summary>A chain's step that is a method of the user's.</summary>
internal sealed class DelegateChainStep<T>(Func<T, ChainContext, CancellationToken, ValueTask<ChainResult<T>>> execute) : IChainStep<T>
{
    public ValueTask<ChainResult<T>> ExecuteAsync(T item, ChainContext context, CancellationToken cancellationToken) =>
        execute(item, context, cancellationToken);
}
