using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Pipeline.Diagnostics;
using Polly;

namespace Pipeline.Steps;

/// <summary>
/// Runs a streaming step under its protection: the total time-out and the concurrency limit hold for the whole enumeration; retries, circuit breaker
/// and attempt time-out for the way to the first item.
/// </summary>
/// <param name="step">The step's name.</param>
/// <param name="attempts">The pipeline around each attempt to get the first item.</param>
/// <param name="limiter">The concurrency limit, or <see langword="null"/>.</param>
/// <param name="totalTimeout">Tells the time-out of the whole enumeration; <see langword="null"/> where there is none.</param>
/// <param name="canAbandon">Whether an attempt may be given up, so that one that takes no notice has to be left behind.</param>
/// <param name="environment">Clock and diagnostics.</param>
internal sealed class StreamingResilienceStage<TIn, TItem>(
    string step,
    ResiliencePipeline attempts,
    ConcurrencyLimiter? limiter,
    Func<StepContext, TimeSpan>? totalTimeout,
    bool canAbandon,
    RunEnvironment environment)
    : IStreamingStepStage<TIn, TItem>
{
    public StepStageOrder Order => StepStageOrder.Execution;

    public async IAsyncEnumerable<TItem> InvokeAsync(
        TIn input,
        StepContext context,
        StreamingStepDelegate<TIn, TItem> next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var budget = totalTimeout?.Invoke(context) ?? Timeout.InfiniteTimeSpan;
        using var timer = new CancellationTokenSource(budget, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var lease = await GuardAsync(() => AcquireAsync(either.Token), budget, timer, cancellationToken).ConfigureAwait(false);
        var stream = await GuardAsync(() => OpenAsync(input, context, next, either.Token), budget, timer, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            for (var more = stream.HasFirst; more;)
            {
                yield return stream.Current;
                more = await GuardAsync(() => stream.MoveNextAsync(), budget, timer, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<T> GuardAsync<T>(
        Func<ValueTask<T>> work, TimeSpan budget, CancellationTokenSource timer, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StepTimeoutException(step, budget, e);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private async ValueTask<RateLimitLease?> AcquireAsync(CancellationToken cancellationToken)
    {
        if (limiter is null)
        {
            return null;
        }

        var lease = await limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw ConcurrencyStrategy.Overloaded(step);
    }

    private async ValueTask<StepStream<TItem>> OpenAsync(
        TIn input, StepContext context, StreamingStepDelegate<TIn, TItem> next, CancellationToken cancellationToken)
    {
        var resilience = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        resilience.Properties.Set(StepResilience.ContextKey, context);
        try
        {
            var outcome = await attempts.ExecuteOutcomeAsync(
                static (r, call) => call.Stage.AttemptAsync(call, r.CancellationToken),
                resilience,
                new Call(this, input, context, next, cancellationToken)).ConfigureAwait(false);
            if (outcome.Exception is { } error)
            {
                StepFailures.Throw(error, step);
            }

            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(resilience);
        }
    }

    private async ValueTask<Outcome<StepStream<TItem>>> AttemptAsync(Call call, CancellationToken attemptToken)
    {
        var stream = new StepStream<TItem>(
            canAbandon ? environment.Diagnostics : null, new(PipelineDiagnostics.StepTag, step), call.StreamToken);
        try
        {
            await stream.OpenAsync(token => call.Next(call.Input, call.Context, token), attemptToken).ConfigureAwait(false);
            return Outcome.FromResult(stream);
        }
#pragma warning disable CA1031 // Polly takes failures as values.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return Outcome.FromException<StepStream<TItem>>(e);
        }
    }

    private readonly record struct Call(
        StreamingResilienceStage<TIn, TItem> Stage,
        TIn Input,
        StepContext Context,
        StreamingStepDelegate<TIn, TItem> Next,
        CancellationToken StreamToken);
}
