using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Makes the calls of one step. A call that completes at once, asks for nothing and is not listened to allocates nothing.</summary>
internal sealed class StepRunner<TIn, TOut>(
    string name, string? version, Func<TIn, string?>? model, StepDelegate<TIn, TOut> invoke, RunEnvironment environment)
    : IStepRunner<TIn, TOut>
{
    private readonly StepRecorder _recorder = new(name, environment);
    private readonly TimeProvider _time = environment.Time;

    public string Name => name;

    public ValueTask<StepResult<TOut>> RunAsync(TIn input, CallContext? context = null, CancellationToken cancellationToken = default)
    {
        var current = CallContext.Current;
        if (context is null || ReferenceEquals(context, current))
        {
            return StartAsync(input, current, cancellationToken);
        }

        // What runs on after this method carries the context with it, as all that is ambient.
        var scope = CallContext.Use(context);
        try
        {
            return StartAsync(input, context, cancellationToken);
        }
        finally
        {
            scope.Dispose();
        }
    }

    private ValueTask<StepResult<TOut>> StartAsync(TIn input, CallContext call, CancellationToken cancellationToken) =>
        PipelineDiagnostics.Source.HasListeners()
            ? TraceAsync(input, call, cancellationToken)
            : ExecuteAsync(input, call, activity: null, cancellationToken);

    // An async method, so that the activity is the current one for the step and not for the caller.
    private async ValueTask<StepResult<TOut>> TraceAsync(TIn input, CallContext call, CancellationToken cancellationToken)
    {
        using var activity = _recorder.StartActivity();
        return await ExecuteAsync(input, call, activity, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<StepResult<TOut>> ExecuteAsync(TIn input, CallContext call, Activity? activity, CancellationToken cancellationToken)
    {
        var context = StepContextPool.Rent();
        context.Begin(name, version, call, cancellationToken);
        var start = _time.GetTimestamp();
        var run = AmbientRun.Of(context, environment.Meter);
        var outer = run?.Enter();
        ValueTask<TOut> pending;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (model is not null)
            {
                context.Model = model(input);
            }

            pending = invoke(input, context, cancellationToken);
        }
#pragma warning disable CA1031 // What is thrown before the first await takes the same way as what is thrown after it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            pending = ValueTask.FromException<TOut>(e);
        }

        if (run is not null)
        {
            AmbientRun.Restore(outer);
        }

        return pending.IsCompletedSuccessfully
            ? new ValueTask<StepResult<TOut>>(Succeed(pending.Result, context, run, start, activity))
            : AwaitAsync(pending, context, run, start, activity, cancellationToken);
    }

    private async ValueTask<StepResult<TOut>> AwaitAsync(
        ValueTask<TOut> pending, StepContext context, AmbientRun? run, long start, Activity? activity, CancellationToken cancellationToken)
    {
        try
        {
            var value = await pending.ConfigureAwait(false);
            return Succeed(value, context, run, start, activity);
        }
        catch (Exception e)
        {
            StepFailure.Note(e, name);
            Settle(context, run);
            if (_recorder.IsListening || activity is not null)
            {
                var outcome = CallOutcomes.Of(e, e is OperationCanceledException && cancellationToken.IsCancellationRequested);
                _recorder.Record(context, _time.GetElapsedTime(start), outcome, e, activity);
            }

            // The context is not used again: whatever failed may still hold it.
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private StepResult<TOut> Succeed(TOut value, StepContext context, AmbientRun? run, long start, Activity? activity)
    {
        var duration = _time.GetElapsedTime(start);
        Settle(context, run);
        var result = new StepResult<TOut>(value, context, duration);
        if (_recorder.IsListening || activity is not null)
        {
            _recorder.Record(context, duration, CallOutcome.Succeeded, error: null, activity);
        }

        StepContextPool.Return(context);
        return result;
    }

    private void Settle(StepContext context, AmbientRun? run)
    {
        run?.End();
        if (environment.Meter is { } meter)
        {
            context.Settle(meter);
        }
    }
}
