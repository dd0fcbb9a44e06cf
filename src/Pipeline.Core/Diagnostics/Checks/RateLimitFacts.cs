using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Pipeline.Diagnostics;

/// <summary>What the doctor asks a suite of its rate limits.</summary>
internal static class RateLimitFacts
{
    /// <summary>The declared rules with the limits that the configuration gives them, by name.</summary>
    public static IReadOnlyList<(string Name, RateLimitRule Rule)> DeclaredRules(SuiteFacts suite)
    {
        var rules = suite.GetRequired<RateLimitRules>();
        return [.. suite.Registry.Items.OfType<RateLimitRuleRegistration>().Select(rule => (rule.Name, rules.Get(rule.Name, "The doctor")))];
    }

    /// <summary>All rules that limit something, each with who it belongs to.</summary>
    public static IReadOnlyList<(string Owner, RateLimitRule Rule)> Limits(SuiteFacts suite) =>
    [
        .. DeclaredRules(suite).Select(static rule => ($"rule '{rule.Name}'", rule.Rule))
            .Concat(suite.Steps.SelectMany(static step => step.Traits.Rules.Select(rule => ($"a limit of step '{step.Name}'", rule))))
            .Where(static limit => limit.Item2.Kind != RateLimitRuleKind.Unlimited),
    ];
}
