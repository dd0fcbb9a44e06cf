using Pipeline.Queues;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>One run of a chain over one item.</summary>
internal sealed class ChainRun<T>(ChainLink<T>[] links, IChainHook<T>[] hooks, ChainContext context, ChainTrace trace, T first, int firstIndex)
{
    public ChainProgress<T> Progress { get; } = new(links[firstIndex].Name, first);

    /// <exception cref="OperationCanceledException">The token was cancelled. Whatever else a step throws is in the outcome.</exception>
    public async ValueTask<ChainOutcome<T>> ExecuteAsync(CancellationToken cancellationToken)
    {
        var item = first;
        for (var i = firstIndex; i < links.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var link = links[i];
            if (!Progress.TryBegin(link.Name, item))
            {
                throw new OperationCanceledException(cancellationToken);
            }

            context.BeginStep(link.Name);
            ChainResult<T> result;
            var stepTrace = trace.BeginStep(link.Name, logs: link.Step is not ICallsRunner);
            try
            {
                result = await ExecuteStepAsync(link, item, cancellationToken).ConfigureAwait(false);
                stepTrace.Finish(result.IsHalt);
            }
#pragma warning disable CA1031 // Whatever a step throws fails its item, and its worker decides what follows.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var isCanceled = e is OperationCanceledException && cancellationToken.IsCancellationRequested;
                stepTrace.Fail(e, isCanceled);
                if (isCanceled)
                {
                    throw;
                }

                return Fail(e);
            }

            if (context.ConfirmFollowUps())
            {
                Progress.Pin();
            }

            if (result.IsHalt)
            {
                return Finish(ChainStatus.Halted, item, result.HaltReason);
            }

            item = result.Item!;
        }

        return Finish(ChainStatus.Completed, item, haltReason: null);
    }

    public ChainOutcome<T> Fail(Exception error)
    {
        context.Close();
        return Progress.Fail(error, trace.Elapsed);
    }

    private ChainOutcome<T> Finish(ChainStatus status, T item, string? haltReason) => new(status, item, trace.Elapsed)
    {
        HaltReason = haltReason,
        FollowUps = context.Close(),
    };

    private async ValueTask<ChainResult<T>> ExecuteStepAsync(ChainLink<T> link, T item, CancellationToken cancellationToken)
    {
        foreach (var hook in hooks)
        {
            try
            {
                await hook.BeforeStepAsync(item, context, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!IsPassedOn(e, cancellationToken))
            {
                throw FromHook(hook, link.Name, e);
            }
        }

        var result = await link.Step.ExecuteAsync(item, context, cancellationToken).ConfigureAwait(false);
        if (result.Kind == ChainResultKind.None)
        {
            throw new InvalidOperationException(
                $"Step '{link.Name}' of chain '{context.ChainName}' returned no answer. Return ChainResult.Continue or ChainResult.Halt.");
        }

        for (var i = hooks.Length - 1; i >= 0; i--)
        {
            try
            {
                await hooks[i].AfterStepAsync(result, context, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!IsPassedOn(e, cancellationToken))
            {
                throw FromHook(hooks[i], link.Name, e);
            }
        }

        return result;
    }

    // What the worker answers with a deferral or by stopping keeps its type, whoever threw it.
    private static bool IsPassedOn(Exception error, CancellationToken cancellationToken) =>
        error is RateLimitRejectedException || (error is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private static Exception FromHook(IChainHook<T> hook, string step, Exception error)
    {
        var name = hook.GetType().Name;
        return error is UnprocessableMessageException
            ? new UnprocessableMessageException($"Hook '{name}' at step '{step}': {error.Message}", error)
            : new ChainHookException(name, step, error);
    }
}
