using Pipeline.RateLimiting;

namespace Pipeline.Diagnostics;

/// <summary>What limits say while their backend is away.</summary>
internal sealed class RateLimitOutageCheck(SuiteFacts suite) : SuiteCheck(suite, "rate-limiting.outage")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var limits = RateLimitFacts.Limits(Suite);
        if (Suite.Registry.IsDefault<IRateLimiter>())
        {
            return new(DoctorResult.Ok("The limits are counted in this process, which is never away from itself."));
        }

        var findings = new Findings();
        foreach (var (owner, rule) in limits)
        {
            if (rule.OnUnavailable == RateLimitFallback.Deny)
            {
                findings.Warn(
                    $"While the backend is away, {owner} denies every call.",
                    $"Say .WhenUnavailable(RateLimitFallback.Local, share) or Allow for the rule; if denying is meant, leave the check out (--except {Name}).");
            }
            else if (rule.OnUnavailable == RateLimitFallback.Local && rule.LocalShare >= rule.Limit)
            {
                findings.Warn(
                    $"While the backend is away, {owner} lets each process have the whole limit of {Wording.Number(rule.Limit)}.",
                    "Give .WhenUnavailable(RateLimitFallback.Local, share) the limit divided by the number of processes as its share.");
            }
        }

        return new(findings.ToResult($"{Wording.Count(limits.Count, "rate limit")}, each with a local share or with Allow while the backend is away."));
    }
}
