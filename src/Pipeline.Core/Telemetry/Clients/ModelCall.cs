using System.Diagnostics;
using Microsoft.Extensions.AI;
using Pipeline.Backends;
using Pipeline.Diagnostics;
using Pipeline.Steps;

namespace Pipeline.Telemetry;

/// <summary>One call of a model: its span, its measurements, and the report of its usage to the step's run that it belongs to.</summary>
/// <remarks>A call outside of a run has a record of its own. Belongs to whoever makes the call.</remarks>
internal sealed class ModelCall
{
    private readonly ModelClientMeter _meter;
    private readonly ModelClient _client;
    private readonly AmbientRun? _run;
    private readonly CallContext _call;
    private readonly string? _requestModel;
    private readonly CancellationToken _cancellationToken;
    private readonly long _start;

    public ModelCall(ModelClientMeter meter, ModelClient client, string? model, CancellationToken cancellationToken)
    {
        _meter = meter;
        _client = client;
        _run = AmbientRun.Current;
        _call = CallContext.Current;
        _requestModel = ValidName(model ?? client.DefaultModel);
        _cancellationToken = cancellationToken;
        _start = meter.Environment.Time.GetTimestamp();
        Activity = StartActivity();
    }

    /// <summary>The call's span; <see langword="null"/> where nobody listens.</summary>
    public Activity? Activity { get; }

    /// <summary>What the provider said of the tokens; <see langword="null"/> while it has said nothing.</summary>
    public UsageDetails? Usage { get; set; }

    /// <summary>The model that answered, or <see langword="null"/> while that is not known.</summary>
    public string? ResponseModel { get; set; }

    public Exception? Error { get; set; }

    /// <summary>Ends the call. Does not throw.</summary>
    public void End()
    {
        var duration = _meter.Environment.Time.GetElapsedTime(_start);
        var usage = Usage.ToTokenUsage();
        var responseModel = ValidName(ResponseModel);
        Measure(duration, usage, responseModel);
        FinishActivity(usage, responseModel);
        var model = responseModel ?? _requestModel;
        if (_run is null || !_run.TryReport(usage, Usage is not null, model))
        {
            Record(duration, usage, model);
        }
    }

    private static string? ValidName(string? model) => model is not null && StoredName.FindProblem(model) is null ? model : null;

    private Activity? StartActivity()
    {
        var name = _requestModel is null ? _client.Operation : $"{_client.Operation} {_requestModel}";
        var activity = PipelineDiagnostics.Source.StartActivity(name, ActivityKind.Client);
        activity?.SetTag(GenAiConventions.OperationName, _client.Operation)
            .SetTag(GenAiConventions.ProviderName, _client.Provider ?? GenAiConventions.UnknownProvider)
            .SetTag(GenAiConventions.RequestModel, _requestModel);
        if (_client.Address is { IsAbsoluteUri: true } address)
        {
            activity?.SetTag(GenAiConventions.ServerAddress, address.Host).SetTag(GenAiConventions.ServerPort, address.Port);
        }

        return activity;
    }

    private void FinishActivity(in TokenUsage usage, string? responseModel)
    {
        if (Activity is null)
        {
            return;
        }

        Activity.SetTag(GenAiConventions.ResponseModel, responseModel);
        if (Usage is not null)
        {
            Activity.SetTag(GenAiConventions.InputTokens, usage.TotalInput)
                .SetTag(GenAiConventions.OutputTokens, usage.TotalOutput)
                .SetTag(GenAiConventions.CacheReadInputTokens, usage.CachedInput)
                .SetTag(GenAiConventions.CacheCreationInputTokens, usage.CacheWrite);
        }

        if (Error is { } error)
        {
            Activity.SetTag(GenAiConventions.ErrorType, error.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        }

        Activity.Dispose();
    }

    private void Measure(TimeSpan duration, in TokenUsage usage, string? responseModel)
    {
        TagList tags =
        [
            new(GenAiConventions.OperationName, _client.Operation),
            new(GenAiConventions.ProviderName, _client.Provider ?? GenAiConventions.UnknownProvider),
        ];
        AddModel(ref tags, GenAiConventions.RequestModel, _requestModel);
        AddModel(ref tags, GenAiConventions.ResponseModel, responseModel);
        _meter.Metrics.RecordDuration(tags, duration, Error?.GetType().FullName);
        if (Usage is not null)
        {
            _meter.Metrics.RecordTokens(tags, GenAiConventions.Input, usage.TotalInput);
            if (string.Equals(_client.Operation, GenAiConventions.Chat, StringComparison.Ordinal))
            {
                _meter.Metrics.RecordTokens(tags, GenAiConventions.Output, usage.TotalOutput);
            }
        }
    }

    private static void AddModel(ref TagList tags, string tag, string? model)
    {
        if (model is not null)
        {
            tags.Add(tag, model);
        }
    }

    private void Record(TimeSpan duration, in TokenUsage usage, string? model)
    {
        var context = new StepContext();
        context.Begin(_meter.Name, version: null, _call, _cancellationToken);
        context.Model = model;
        context.Attempt = 1;
        if (Usage is not null)
        {
            context.ReportUsage(usage);
        }

        if (_meter.Environment.Meter is { } prices)
        {
            context.Settle(prices);
        }

        var outcome = Error is null
            ? CallOutcome.Succeeded
            : CallOutcomes.Of(Error, Error is OperationCanceledException && _cancellationToken.IsCancellationRequested);
        _meter.Recorder.Record(context, duration, outcome, Error, activity: null);
    }
}
