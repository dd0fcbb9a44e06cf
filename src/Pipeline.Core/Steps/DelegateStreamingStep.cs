namespace Pipeline.Steps;

/// <summary>A streaming step that is a method of the user's.</summary>
internal sealed class DelegateStreamingStep<TIn, TItem>(Func<TIn, StepContext, CancellationToken, IAsyncEnumerable<TItem>> execute)
    : IStreamingStep<TIn, TItem>
{
    public IAsyncEnumerable<TItem> ExecuteAsync(TIn input, StepContext context, CancellationToken cancellationToken) =>
        execute(input, context, cancellationToken);
}
