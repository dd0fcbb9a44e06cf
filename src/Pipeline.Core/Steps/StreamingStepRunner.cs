namespace Pipeline.Steps;

/// <summary>Makes the calls of one streaming step, each metered whole when its enumeration ends.</summary>
internal sealed class StreamingStepRunner<TIn, TItem>(
    string name, string? version, Func<TIn, string?>? model, StreamingStepDelegate<TIn, TItem> invoke, RunEnvironment environment)
    : IStreamingStepRunner<TIn, TItem>
{
    private readonly StepRecorder _recorder = new(name, environment);

    public string Name => name;

    private string? Version => version;

    private RunEnvironment Environment => environment;

    public IAsyncEnumerable<TItem> RunAsync(TIn input, CallContext? context = null, CancellationToken cancellationToken = default) =>
        new Enumerable(this, input, context ?? CallContext.Current, cancellationToken);

    private IAsyncEnumerable<TItem> Begin(TIn input, StepContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        context.Model = model?.Invoke(input);
        return invoke(input, context, cancellationToken);
    }

    private sealed class Enumerable(StreamingStepRunner<TIn, TItem> owner, TIn input, CallContext call, CancellationToken runToken)
        : IAsyncEnumerable<TItem>
    {
        public IAsyncEnumerator<TItem> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            var linked = runToken.CanBeCanceled && cancellationToken.CanBeCanceled && runToken != cancellationToken
                ? CancellationTokenSource.CreateLinkedTokenSource(runToken, cancellationToken)
                : null;
            var token = linked?.Token ?? (runToken.CanBeCanceled ? runToken : cancellationToken);

            // Not pooled: the consumer decides how long the call lives.
            var context = new StepContext();
            context.Begin(owner.Name, owner.Version, call, token);
            return new StepEnumerator<TItem>(() => owner.Begin(input, context, token), context, owner._recorder, owner.Environment, linked);
        }
    }
}
