using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pipeline.Diagnostics;

/// <summary>The instruments of steps and chains, on the meter and the activity source named <c>Pipeline</c>.</summary>
/// <remarks>Thread safe. An instrument that nobody listens to costs one check.</remarks>
internal sealed class PipelineDiagnostics
{
    public const string Name = "Pipeline";
    public const string StepTag = "pipeline.step";
    public const string ChainTag = "pipeline.chain";
    public const string TenantTag = "pipeline.tenant";
    public const string AttemptsTag = "pipeline.attempts";
    public const string OutcomeTag = "pipeline.outcome";
    public const string CurrencyTag = "pipeline.currency";
    public const string ErrorTag = "error.type";

    /// <summary>From a parser's milliseconds to a slow model's minutes.</summary>
    internal static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    };

    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<double> _chainDuration;
    private readonly Histogram<double> _chainStepDuration;
    private readonly UpDownCounter<long> _orphans;
    private readonly Counter<long> _sinkErrors;
    private readonly Counter<double> _cost;
    private readonly Counter<double> _costAvoided;
    private readonly Counter<long> _unpriced;

    public PipelineDiagnostics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _stepDuration = meter.CreateHistogram(
            "pipeline.step.duration", "s", "How long calls of steps took, cache hits and refusals among them.", tags: null, Seconds);
        _chainDuration = meter.CreateHistogram("pipeline.chain.duration", "s", "How long runs of chains took.", tags: null, Seconds);
        _chainStepDuration = meter.CreateHistogram(
            "pipeline.chain.step.duration", "s", "How long steps of chains took, with their hooks.", tags: null, Seconds);
        _orphans = meter.CreateUpDownCounter<long>(
            "pipeline.step.orphans", "{call}", "Calls that were given up by a time-out or a cancellation, and have not ended yet.");
        _sinkErrors = meter.CreateCounter<long>("pipeline.telemetry.sink.errors", "{error}", "Exceptions that telemetry sinks threw.");
        _cost = meter.CreateCounter<double>(
            "pipeline.cost", "{currency}", "What calls cost, as far as it is known. An approximation: accounts are kept in telemetry records.");
        _costAvoided = meter.CreateCounter<double>(
            "pipeline.cost.avoided", "{currency}", "What calls would have cost had no cache answered. An approximation, too.");
        _unpriced = meter.CreateCounter<long>(
            "pipeline.pricing.unknown_model", "{report}", "Reports of tokens whose model, or kind of token, the price table has no price for.");
    }

    /// <summary>The one activity source of all suites in the process.</summary>
    public static ActivitySource Source { get; } = new(Name);

    public bool MeasuresSteps => _stepDuration.Enabled || MeasuresCost;

    public bool MeasuresCost => _cost.Enabled || _costAvoided.Enabled;

    public void RecordStep(string step, string outcome, TimeSpan duration) =>
        _stepDuration.Record(duration.TotalSeconds, new(StepTag, step), new(OutcomeTag, outcome));

    public void AddCost(string step, string? model, string? currency, decimal cost) => _cost.Add((double)cost, CostTags(step, model, currency));

    public void AddCostAvoided(string step, string? model, string? currency, decimal cost) =>
        _costAvoided.Add((double)cost, CostTags(step, model, currency));

    public void CountUnpriced(string step) => _unpriced.Add(1, new KeyValuePair<string, object?>(StepTag, step));

    public void RecordChain(string chain, string outcome, TimeSpan duration) =>
        _chainDuration.Record(duration.TotalSeconds, new(ChainTag, chain), new(OutcomeTag, outcome));

    public void RecordChainStep(string chain, string step, string outcome, TimeSpan duration) =>
        _chainStepDuration.Record(duration.TotalSeconds, new(ChainTag, chain), new(StepTag, step), new(OutcomeTag, outcome));

    public void CountSinkError(string sink) => _sinkErrors.Add(1, new KeyValuePair<string, object?>("pipeline.sink", sink));

    /// <summary>Counts work that its caller has given up until it ends, and observes what it throws.</summary>
    public void Abandon(Task work, KeyValuePair<string, object?> owner)
    {
        _orphans.Add(1, owner);
        _ = work.ContinueWith(
            (ended, _) =>
            {
                _ = ended.Exception;
                _orphans.Add(-1, owner);
            },
            state: null,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Gives an activity its outcome. An error's message can hold a payload, so only its type is told.</summary>
    public static void Finish(Activity? activity, string outcome, Exception? error)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag(OutcomeTag, outcome);
        if (error is not null)
        {
            activity.SetTag(ErrorTag, error.GetType().FullName).SetStatus(ActivityStatusCode.Error);
        }
    }

    private static TagList CostTags(string step, string? model, string? currency)
    {
        TagList tags = [new(StepTag, step)];
        if (model is not null)
        {
            tags.Add(GenAiConventions.RequestModel, model);
        }

        if (currency is not null)
        {
            tags.Add(CurrencyTag, currency);
        }

        return tags;
    }
}
