using Pipeline.Diagnostics;

namespace Pipeline.Steps;

/// <summary>One attempt at a streaming step: its enumerator, and the token by which it is told to stop.</summary>
/// <remarks>
/// A step that takes no notice of its token is left behind: an enumerator must not be disposed while it moves, so it is disposed when its last
/// move ends, if ever it does.
/// </remarks>
internal sealed class StepStream<TItem> : IAsyncDisposable
{
    private readonly PipelineDiagnostics? _abandoner;
    private readonly KeyValuePair<string, object?> _owner;
    private readonly CancellationTokenSource _stop;
    private IAsyncEnumerator<TItem>? _enumerator;
    private Task<bool>? _move;

    /// <param name="abandoner">Counts a stream that is left behind; <see langword="null"/> where the step is waited for in any case.</param>
    /// <param name="owner">The step, for the count.</param>
    /// <param name="cancellationToken">Stops the stream.</param>
    public StepStream(PipelineDiagnostics? abandoner, KeyValuePair<string, object?> owner, CancellationToken cancellationToken)
    {
        _abandoner = abandoner;
        _owner = owner;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _stop.Token;
    }

    /// <summary>Tells the step to stop.</summary>
    public CancellationToken Token { get; }

    public bool HasFirst { get; private set; }

    public TItem Current => _enumerator!.Current;

    /// <summary>Moves to the first item.</summary>
    /// <param name="open">Calls the step.</param>
    /// <param name="attemptToken">Ends the attempt; it is not handed on to the step, since it does not live as long as the stream.</param>
    /// <returns>A task that completes when <see cref="HasFirst"/> is known.</returns>
    public async ValueTask OpenAsync(Func<CancellationToken, IAsyncEnumerable<TItem>> open, CancellationToken attemptToken)
    {
        using (attemptToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _stop))
        {
            HasFirst = await MoveAsync(() =>
            {
                _enumerator = open(Token).GetAsyncEnumerator(Token);
                return _enumerator.MoveNextAsync();
            }).ConfigureAwait(false);
        }
    }

    /// <exception cref="OperationCanceledException">The stream was told to stop.</exception>
    public ValueTask<bool> MoveNextAsync() => MoveAsync(_enumerator!.MoveNextAsync);

    public async ValueTask DisposeAsync()
    {
        if (_move is { IsCompleted: false } move)
        {
            _abandoner!.Abandon(DisposeAfterAsync(move), _owner);
            return;
        }

        var disposal = DisposeEnumeratorAsync();
        await Abandonable.WaitAsync(disposal, _abandoner is null ? CancellationToken.None : Token).ConfigureAwait(false);
        if (disposal.IsCompleted)
        {
            await disposal.ConfigureAwait(false);
        }
        else
        {
            _abandoner!.Abandon(disposal, _owner);
        }
    }

    private async ValueTask<bool> MoveAsync(Func<ValueTask<bool>> move)
    {
        if (_abandoner is null)
        {
            return await move().ConfigureAwait(false);
        }

        Token.ThrowIfCancellationRequested();
        _move = Task.Run(() => move().AsTask(), CancellationToken.None);
        await Abandonable.WaitAsync(_move, Token).ConfigureAwait(false);
        if (!Token.IsCancellationRequested || _move.IsCompletedSuccessfully)
        {
            return await _move.ConfigureAwait(false);
        }

        _ = _move.ContinueWith(
            static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        throw new OperationCanceledException(Token);
    }

    private async Task DisposeAfterAsync(Task move)
    {
        await move.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeEnumeratorAsync().ConfigureAwait(false);
    }

    private async Task DisposeEnumeratorAsync()
    {
        if (_enumerator is not null)
        {
            await _enumerator.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }
}
