using Pipeline.Diagnostics;
using Polly;

namespace Pipeline.Steps;

/// <summary>Runs the step inside a Polly pipeline.</summary>
/// <param name="step">The step's name.</param>
/// <param name="pipeline">The pipeline.</param>
/// <param name="canAbandon">Whether the pipeline may give up an attempt, so that one that takes no notice has to be left behind.</param>
/// <param name="diagnostics">Counts what is left behind.</param>
internal sealed class ResilienceStage<TIn, TOut>(string step, ResiliencePipeline pipeline, bool canAbandon, PipelineDiagnostics diagnostics)
    : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Execution;

    public async ValueTask<TOut> InvokeAsync(
        TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        var resilience = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        resilience.Properties.Set(StepResilience.ContextKey, context);
        try
        {
            var outcome = await pipeline.ExecuteOutcomeAsync(
                static (r, call) => call.Stage.AttemptAsync(call, r.CancellationToken),
                resilience,
                new Call(this, input, context, next)).ConfigureAwait(false);
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

    private async ValueTask<Outcome<TOut>> AttemptAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            var value = canAbandon
                ? await LeaveBehindAsync(call, cancellationToken).ConfigureAwait(false)
                : await call.Next(call.Input, call.Context, cancellationToken).ConfigureAwait(false);
            return Outcome.FromResult(value);
        }
#pragma warning disable CA1031 // Polly takes failures as values.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Outcome.FromException<TOut>(e);
        }
    }

    private async ValueTask<TOut> LeaveBehindAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await Abandonable.RunAsync(
                static (c, token) => c.Next(c.Input, c.Context, token),
                call,
                diagnostics,
                new(PipelineDiagnostics.StepTag, step),
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A later attempt may succeed, while the one that was left behind still holds the context.
            call.Context.Retain();
            throw;
        }
    }

    private readonly record struct Call(
        ResilienceStage<TIn, TOut> Stage, TIn Input, StepContext Context, StepDelegate<TIn, TOut> Next);
}
