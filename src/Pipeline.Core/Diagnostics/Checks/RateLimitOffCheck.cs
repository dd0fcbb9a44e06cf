using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Pipeline.Diagnostics;

/// <summary>Whether the configuration has turned a rule off.</summary>
internal sealed class RateLimitOffCheck(SuiteFacts suite) : SuiteCheck(suite, "rate-limiting.off")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var rules = RateLimitFacts.DeclaredRules(Suite);
        var findings = new Findings();
        foreach (var (name, _) in rules.Where(static rule => rule.Rule.Kind == RateLimitRuleKind.Unlimited))
        {
            findings.Warn(
                $"Rate limit rule '{name}' is off: what it should limit is limited by nothing.",
                $"Give {Suite.Setting($"{Sections.RateLimiting}:{nameof(RateLimitingOptions.Rules)}:{name}")} a limit such as 100/60, or remove it for the limit that the code declares.");
        }

        return new(findings.ToResult($"{Wording.Count(rules.Count, "declared rule")}, none of them off."));
    }
}
