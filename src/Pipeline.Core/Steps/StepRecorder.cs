using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Tells the metrics, the activity and the telemetry sinks of each call of one step, where there is anyone to tell.</summary>
internal sealed class StepRecorder
{
    private readonly RunEnvironment _environment;
    private readonly ITelemetrySink[] _sinks;
    private readonly ILogger _logger;
    private readonly string _step;
    private readonly string _activityName;
    private readonly bool _logs;
    private int _hasLoggedSink;
    private int _hasLoggedRecord;

    /// <param name="step">The step's name.</param>
    /// <param name="environment">What all steps of the suite share.</param>
    /// <param name="logs">Whether each call is an event of the log. Not for what a step calls in its turn.</param>
    public StepRecorder(string step, RunEnvironment environment, bool logs = true)
    {
        _step = step;
        _logs = logs;
        _activityName = $"step {step}";
        _environment = environment;
        _sinks = [.. environment.Sinks];
        _logger = environment.LoggerFactory.CreateLogger("Pipeline.Steps");
    }

    public bool IsListening => _sinks.Length > 0 || _environment.Diagnostics.MeasuresSteps || IsLogging;

    private bool IsLogging => _logs && _logger.IsEnabled(LogLevel.Information);

    public Activity? StartActivity() => PipelineDiagnostics.Source.StartActivity(_activityName);

    public void Record(StepContext context, TimeSpan duration, CallOutcome outcome, Exception? error, Activity? activity)
    {
        _environment.Diagnostics.RecordStep(_step, outcome.ToTag(), duration);
        RecordCost(context);
        if (activity is not null)
        {
            activity.SetTag(PipelineDiagnostics.StepTag, _step)
                .SetTag(PipelineDiagnostics.TenantTag, context.Call.Tenant)
                .SetTag(GenAiConventions.RequestModel, context.Model)
                .SetTag(PipelineDiagnostics.AttemptsTag, context.Attempt);
            PipelineDiagnostics.Finish(activity, outcome.ToTag(), error);
        }

        if (_sinks.Length > 0)
        {
            Emit(context, duration, outcome, error);
        }

        if (IsLogging)
        {
            LogEnd(context, duration, outcome, error);
        }
    }

    // The error's type alone: whoever handles the error logs it, once.
    private void LogEnd(StepContext context, TimeSpan duration, CallOutcome outcome, Exception? error) => Log.StepEnded(
        _logger,
        _step,
        outcome.ToTag(),
        Math.Round(duration.TotalMilliseconds, 3),
        context.Attempt,
        context.CacheOutcome,
        context.Model,
        error?.GetType().Name,
        context.Call.Tenant,
        context.Call.RequestId);

    private void RecordCost(StepContext context)
    {
        var diagnostics = _environment.Diagnostics;
        if (!diagnostics.MeasuresCost)
        {
            return;
        }

        var prices = _environment.Meter?.Prices;
        foreach (var (model, cost) in context.CostParts)
        {
            diagnostics.AddCost(_step, model, prices?.Currency, cost);
        }

        if (context.CostAvoided > 0)
        {
            // A name that the price table does not know could be anything.
            var model = context.ModelAvoided is { } name && prices is not null && prices.TryFind(name, out var price) ? price.Name : null;
            diagnostics.AddCostAvoided(_step, model, prices?.Currency, context.CostAvoided);
        }
    }

    private void Emit(StepContext context, TimeSpan duration, CallOutcome outcome, Exception? error)
    {
        TelemetryRecord record;
        try
        {
            record = CreateRecord(context, duration, outcome, error);
        }
        catch (ArgumentException e)
        {
            // A value that no record can have, such as a cost with more decimals than money has, must not break the call.
            _environment.Diagnostics.CountSinkError("none");
            if (Interlocked.Exchange(ref _hasLoggedRecord, 1) == 0)
            {
                Log.TelemetryRecordImpossible(_logger, _step, e);
            }

            return;
        }

        foreach (var sink in _sinks)
        {
            try
            {
                sink.TryEmit(in record);
            }
#pragma warning disable CA1031 // A sink that breaks its promise must not break the call.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _environment.Diagnostics.CountSinkError(sink.Name);
                if (Interlocked.Exchange(ref _hasLoggedSink, 1) == 0)
                {
                    Log.SinkThrew(_logger, e, sink.Name);
                }
            }
        }
    }

    private TelemetryRecord CreateRecord(StepContext context, TimeSpan duration, CallOutcome outcome, Exception? error)
    {
        var now = _environment.Time.GetUtcNow();
        return new TelemetryRecord
        {
            Id = TelemetryRecord.NewId(now),
            Time = now - duration,
            Duration = duration,
            Step = _step,
            Tenant = context.Call.Tenant,
            Model = context.Model,
            RequestId = context.Call.RequestId,
            TraceId = Activity.Current?.TraceId ?? default,
            Outcome = outcome,
            Cache = context.CacheOutcome,
            Usage = context.Usage,
            Cost = context.Cost ?? (WasRefused(outcome) && !context.HasUsage ? 0 : null),
            CostAvoided = context.CostAvoided,
            PriceTableVersion = context.PriceTableVersion,
            ErrorType = error?.GetType().Name,
        };
    }

    // What did not run has no price that could be unknown.
    private static bool WasRefused(CallOutcome outcome) => outcome is CallOutcome.RateLimited or CallOutcome.Rejected;
}
