namespace Pipeline.Steps;

/// <summary>A step that is a method of the user's.</summary>
internal sealed class DelegateStep<TIn, TOut>(Func<TIn, StepContext, CancellationToken, ValueTask<TOut>> execute) : IStep<TIn, TOut>
{
    public ValueTask<TOut> ExecuteAsync(TIn input, StepContext context, CancellationToken cancellationToken) =>
        execute(input, context, cancellationToken);
}
