using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;

namespace Pipeline.Caching;

/// <summary>The instruments of the semantic cache. Tags are names of steps and fixed words, never a text or a key.</summary>
/// <remarks>Thread safe. An instrument that nobody listens to costs one check.</remarks>
internal sealed class SemanticCacheMetrics
{
    private const string ReasonTag = "pipeline.reason";

    private readonly Counter<long> _lookups;
    private readonly Counter<long> _vetoes;
    private readonly Counter<long> _unkept;

    public SemanticCacheMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _lookups = meter.CreateCounter<long>("pipeline.semantic_cache.lookups", "{lookup}", "Look-ups in the semantic cache, by outcome.");
        _vetoes = meter.CreateCounter<long>(
            "pipeline.semantic_cache.vetoes", "{veto}", "Stored requests above the threshold that the verifier was against, by reason.");
        _unkept = meter.CreateCounter<long>("pipeline.semantic_cache.unkept", "{answer}", "Answers that could not be kept, by reason.");
    }

    public void CountLookup(string step, SemanticOutcome outcome) =>
        _lookups.Add(1, new(PipelineDiagnostics.StepTag, step), new(PipelineDiagnostics.OutcomeTag, NameOf(outcome)));

    public void CountVeto(string step, string reason) => _vetoes.Add(1, new(PipelineDiagnostics.StepTag, step), new(ReasonTag, reason));

    public void CountUnkept(string step, string reason) => _unkept.Add(1, new(PipelineDiagnostics.StepTag, step), new(ReasonTag, reason));

    private static string NameOf(SemanticOutcome outcome) => outcome switch
    {
        SemanticOutcome.Hit => "hit",
        SemanticOutcome.Miss => "miss",
        SemanticOutcome.NearMiss => "near_miss",
        SemanticOutcome.Vetoed => "vetoed",
        SemanticOutcome.Late => "late",
        SemanticOutcome.LeftAlone => "left_alone",
        SemanticOutcome.Skipped => "skipped",
        _ => "failed",
    };
}
