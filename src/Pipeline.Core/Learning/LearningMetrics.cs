using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;

namespace Pipeline.Learning;

/// <summary>The instruments of learnings, for all suites of the process together.</summary>
/// <remarks>Thread safe. No tag ever holds a tenant, a text or an id. An instrument that nobody listens to costs one check.</remarks>
internal sealed class LearningMetrics
{
    public const string OperationTag = "pipeline.learning.operation";
    public const string Recall = "recall";
    public const string Record = "record";
    public const string Embed = "embed";

    private readonly Counter<long> _recalls;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _snapshots;

    public LearningMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _recalls = meter.CreateCounter<long>("pipeline.learning.recalls", "{recall}", "Recalls, by what came of them.");
        _failures = meter.CreateCounter<long>(
            "pipeline.learning.failures", "{failure}", "What failed or took too long, and did no harm but that nothing was recalled, embedded or recorded.");
        _snapshots = meter.CreateHistogram(
            "pipeline.learning.snapshot.duration", "s", "How long it took to write learnings to a file, by outcome.", tags: null, PipelineDiagnostics.Seconds);
    }

    public void CountRecall(RecallResult result)
    {
        if (_recalls.Enabled)
        {
            _recalls.Add(1, new KeyValuePair<string, object?>(PipelineDiagnostics.OutcomeTag, OutcomeOf(result)));
        }
    }

    /// <param name="operation">What failed, one of the names above.</param>
    public void CountFailure(string operation) => _failures.Add(1, new KeyValuePair<string, object?>(OperationTag, operation));

    public void RecordSnapshot(TimeSpan duration, bool isWritten) => _snapshots.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>(PipelineDiagnostics.OutcomeTag, isWritten ? "succeeded" : "failed"));

    private static string OutcomeOf(RecallResult result) => (result.IsDegraded, result.Matches.Count) switch
    {
        (true, _) => "degraded",
        (false, 0) => "empty",
        _ => "found",
    };
}
