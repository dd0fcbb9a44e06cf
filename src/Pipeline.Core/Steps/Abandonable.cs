using Pipeline.Diagnostics;

namespace Pipeline.Steps;

/// <summary>Runs work that its caller can leave behind: work that takes no notice of its token must not hold the caller.</summary>
internal static class Abandonable
{
    /// <summary>Runs work on the thread pool, so that work which blocks before its first await can be left behind, too.</summary>
    /// <returns>The work's result.</returns>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled before the work had succeeded, whether or not the work has ended: how it fails once it was told to stop says nothing.
    /// </exception>
    public static async ValueTask<T> RunAsync<TState, T>(
        Func<TState, CancellationToken, ValueTask<T>> work,
        TState state,
        PipelineDiagnostics diagnostics,
        KeyValuePair<string, object?> owner,
        CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return await work(state, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var task = Task.Run(() => work(state, cancellationToken).AsTask(), cancellationToken);
        await WaitAsync(task, cancellationToken).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested && !task.IsCompletedSuccessfully)
        {
            diagnostics.Abandon(task, owner);
            throw new OperationCanceledException(cancellationToken);
        }

        return await task.ConfigureAwait(false);
    }

    /// <summary>Waits until a task has ended, however it did, or the token is cancelled.</summary>
    /// <remarks>
    /// Not <see cref="Task.WaitAsync(CancellationToken)"/>: that would run the caller's continuation inside
    /// <see cref="CancellationTokenSource.Cancel()"/>, ahead of the callbacks by which the work itself is told to stop.
    /// </remarks>
    public static async ValueTask WaitAsync(Task task, CancellationToken cancellationToken)
    {
        if (task.IsCompleted)
        {
            return;
        }

        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellationToken.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), canceled))
        {
            await Task.WhenAny(task, canceled.Task).ConfigureAwait(false);
        }
    }
}
