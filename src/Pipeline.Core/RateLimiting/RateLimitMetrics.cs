using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;

namespace Pipeline.RateLimiting;

/// <summary>The instruments of rate limits. Tags are names of rules, never a key.</summary>
/// <remarks>Thread safe. An instrument that nobody listens to costs one check.</remarks>
internal sealed class RateLimitMetrics
{
    public const string RuleTag = "pipeline.rate_limit.rule";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _outages;
    private readonly Counter<long> _unsettled;

    public RateLimitMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _requests = meter.CreateCounter<long>(
            "pipeline.rate_limit.requests", "{request}", "Requests decided, by the rule that their figures belong to and by outcome.");
        _outages = meter.CreateCounter<long>("pipeline.rate_limit.outages", "{outage}", "Times that the backend was found to be away.");
        _unsettled = meter.CreateCounter<long>(
            "pipeline.rate_limit.unsettled", "{reservation}", "Reservations that could not be ended: their charges stay, their leases run out.");
    }

    public bool MeasuresRequests => _requests.Enabled;

    public void CountRequest(in RateLimitDecision decision)
    {
        if (_requests.Enabled)
        {
            _requests.Add(1, new(RuleTag, decision.Rule.Name), new(PipelineDiagnostics.OutcomeTag, OutcomeOf(decision)));
        }
    }

    public void CountOutage() => _outages.Add(1);

    public void CountUnsettled() => _unsettled.Add(1);

    private static string OutcomeOf(in RateLimitDecision decision) => (decision.IsGranted, decision.IsDegraded) switch
    {
        (true, false) => "granted",
        (false, false) => "denied",
        (true, true) => "granted_degraded",
        (false, true) => "denied_degraded",
    };
}
