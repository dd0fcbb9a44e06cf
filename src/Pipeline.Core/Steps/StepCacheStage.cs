using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Caching;
using Pipeline.Learning;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Answers equal calls from the cache. Calls that ask for the same at the same time share one run of the step.</summary>
/// <remarks>
/// A run can outlive the call that started it: that call may be cancelled while others wait, or take a stale answer while a new one is made. So
/// a run has a context of its own, and nothing of the call's but what cannot change. What it finds out goes to its call if that still waits;
/// otherwise the run is metered by itself, so that its tokens are counted once in either case.
/// </remarks>
internal sealed class StepCacheStage<TIn, TOut>(StepCacheSettings<TIn, TOut> settings, StepRecorder recorder, RunEnvironment environment)
    : IStepStage<TIn, TOut>
{
    public StepStageOrder Order => StepStageOrder.Cache;

    public ValueTask<TOut> InvokeAsync(TIn input, StepContext context, StepDelegate<TIn, TOut> next, CancellationToken cancellationToken)
    {
        if (settings.Key.Of(input, context) is not { } key)
        {
            return next(input, context, cancellationToken);
        }

        var link = context.RunLink;
        var call = new Call(
            this, input, next, context.StepName, context.Version, context.Model, context.Call, context.Learnings, link, link.Open());
        var pending = settings.Cache.AskAsync(
            key,
            call,
            static (c, work, token) => c.Stage.RunAsync(c, work, token),
            settings.Policy,
            settings.Tags?.Invoke(input),
            HybridCacheEntryFlags.None,
            settings.Keep,
            cancellationToken);
        return pending.IsCompletedSuccessfully ? new(Take(pending.Result, context)) : AwaitAsync(pending, context);
    }

    private async ValueTask<TOut> AwaitAsync(ValueTask<CacheAnswer<TOut>> pending, StepContext context)
    {
        CacheAnswer<TOut> answer;
        try
        {
            answer = await pending.ConfigureAwait(false);
        }
        catch
        {
            var run = context.RunLink.Close();
            TakeOver(run, context);
            context.CacheOutcome = run is null ? CacheOutcome.Shared : CacheOutcome.Miss;
            throw;
        }

        return Take(answer, context);
    }

    private TOut Take(in CacheAnswer<TOut> answer, StepContext context)
    {
        var run = context.RunLink.Close();
        if (answer.Outcome != CacheOutcome.Hit)
        {
            TakeOver(run, context);
        }
        else if (run is { HasEnded: true })
        {
            // An early refresh is not this call's, however quick it was.
            Record(run);
        }

        if (answer.Outcome is CacheOutcome.Hit or CacheOutcome.StaleHit or CacheOutcome.Shared)
        {
            context.Avoid(answer.Origin);
        }

        var isFromSemanticCache =
            context.CacheOutcome == CacheOutcome.SemanticHit && answer.Outcome is CacheOutcome.Miss or CacheOutcome.Failed;
        context.CacheOutcome = isFromSemanticCache ? CacheOutcome.SemanticHit : answer.Outcome;
        return answer.Value;
    }

    private static void TakeOver(StepRun? run, StepContext context)
    {
        if (run is { HasEnded: true })
        {
            context.Adopt(run.Context);
        }
        else if (run is not null)
        {
            // The tokens it takes are not known yet, so the call must not look like one for which the step did nothing.
            context.Attempt = 1;
        }
    }

    private async ValueTask<TOut> RunAsync(Call call, KeyWork work, CancellationToken cancellationToken)
    {
        var context = new StepContext();
        context.Begin(call.Step, call.Version, call.Context, cancellationToken);
        context.Model = call.Model;
        context.Learnings = call.Learnings;
        context.CacheOutcome = CacheOutcome.Miss;
        var run = new StepRun(context);
        call.Link.Begin(call.Number, run);

        using var scope = CallContext.Use(call.Context);
        var ambient = AmbientRun.Of(context, environment.Meter);
        ambient?.Enter();
        var start = environment.Time.GetTimestamp();
        Exception? error = null;
        try
        {
            var value = await call.Next(call.Input, context, cancellationToken).ConfigureAwait(false);
            Settle(context, ambient);
            work.Origin = context.ToOrigin();
            return value;
        }
        catch (Exception e)
        {
            error = e;
            Settle(context, ambient);
            throw;
        }
        finally
        {
            if (!call.Link.TryEnd(run, environment.Time.GetElapsedTime(start), error))
            {
                Record(run);
            }
        }
    }

    // First, so that nothing is reported to a run whose accounts are closed.
    private void Settle(StepContext context, AmbientRun? ambient)
    {
        ambient?.End();
        if (environment.Meter is { } meter)
        {
            context.Settle(meter);
        }
    }

    private void Record(StepRun run)
    {
        var isCanceled = run.Error is OperationCanceledException && run.Context.CallerToken.IsCancellationRequested;

        // One that was stopped because nobody waits any more is told of by those who gave up, unless there is something to bill.
        if (recorder.IsListening && (!isCanceled || run.Context.HasUsage))
        {
            var outcome = run.Error is null ? CallOutcome.Succeeded : CallOutcomes.Of(run.Error, isCanceled);
            recorder.Record(run.Context, run.Duration, outcome, run.Error, activity: null);
        }
    }

    private readonly record struct Call(
        StepCacheStage<TIn, TOut> Stage,
        TIn Input,
        StepDelegate<TIn, TOut> Next,
        string Step,
        string? Version,
        string? Model,
        CallContext Context,
        IReadOnlyList<LearningMatch> Learnings,
        StepRunLink Link,
        int Number);
}
