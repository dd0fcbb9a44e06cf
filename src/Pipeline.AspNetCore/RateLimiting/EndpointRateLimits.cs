using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>The limits of one endpoint.</summary>
/// <remarks>Immutable. Made once an endpoint.</remarks>
internal sealed class EndpointRateLimits
{
    private readonly Limit[] _limits;

    private EndpointRateLimits(Limit[] limits)
    {
        _limits = limits;
        PolicyHeader = string.Join(", ", limits.Select(static limit => limit.PolicyHeader));
        HasEstimate = limits.Any(static limit => limit.IsEstimate);
    }

    /// <summary>Whether nothing limits the endpoint.</summary>
    public bool IsEmpty => _limits.Length == 0;

    /// <summary>Whether a request reserves an estimate.</summary>
    public bool HasEstimate { get; }

    /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
    public string PolicyHeader { get; }

    /// <summary>Reads what an endpoint asks for.</summary>
    /// <exception cref="InvalidOperationException">It asks for what is not declared, or for more than one decision can be about.</exception>
    public static EndpointRateLimits Of(Endpoint endpoint, HttpRateLimitPolicies policies)
    {
        // In the order of the metadata: what stands at the endpoint comes after what stands at its group, and counts.
        var requirements = new List<RateLimitRequirement>();
        var isExempt = false;
        foreach (var item in endpoint.Metadata)
        {
            if (item is DisableRateLimitingAttribute)
            {
                isExempt = true;
                requirements.Clear();
            }
            else if (item is RateLimitRequirement requirement)
            {
                isExempt = false;
                requirements.RemoveAll(other => string.Equals(other.Policy, requirement.Policy, StringComparison.Ordinal));
                requirements.Add(requirement);
            }
        }

        var limits = isExempt ? [] : requirements.Count == 0
            ? [new Limit(policies.Default, policies.Default.Cost, IsEstimate: false)]
            : requirements.Select(requirement => Limited(requirement, policies.Get(requirement.Policy, endpoint.DisplayName), endpoint));
        Limit[] counted = [.. limits.Where(static limit => limit.Policy.Rule.Kind != RateLimitRuleKind.Unlimited)];
        return counted.Length <= RateLimitRequest.MaxDimensions
            ? new EndpointRateLimits(counted)
            : throw new InvalidOperationException(
                $"The endpoint '{endpoint.DisplayName}' has {counted.Length} rate limits. Give it at most {RateLimitRequest.MaxDimensions}.");
    }

    /// <summary>What a request asks of the limiter.</summary>
    /// <exception cref="RateLimitCostTooHighException">It costs more than a rule's limit.</exception>
    public RateLimitRequest RequestOf(HttpContext context)
    {
        var limits = _limits;
        switch (limits.Length)
        {
            case 1:
                return limits[0].DimensionOf(context);
            case 2:
                return new([limits[0].DimensionOf(context), limits[1].DimensionOf(context)]);
            case 3:
                return new([limits[0].DimensionOf(context), limits[1].DimensionOf(context), limits[2].DimensionOf(context)]);
            default:
                return new(Array.ConvertAll(limits, limit => limit.DimensionOf(context)));
        }
    }

    /// <summary>The value of <c>RateLimit</c>.</summary>
    public string StandingHeader(in RateLimitDecision decision)
    {
        var after = decision.IsGranted ? decision.ResetAfter : decision.RetryAfter;
        return string.Create(
            CultureInfo.InvariantCulture, $"{_limits[decision.DimensionIndex].QuotedName};r={decision.Remaining};t={WholeSeconds(after)}");
    }

    private static Limit Limited(RateLimitRequirement requirement, HttpRateLimitPolicy policy, Endpoint endpoint) =>
        requirement.IsEstimate && policy.Rule.Kind == RateLimitRuleKind.Concurrency
            ? throw new InvalidOperationException(
                $"The endpoint '{endpoint.DisplayName}' has the token budget '{policy.Name}', whose rule counts what runs at the same time. Give the budget a rule of another kind.")
            : new(policy, requirement.Cost ?? policy.Cost, requirement.IsEstimate);

    private static long WholeSeconds(TimeSpan time) => (time.Ticks / TimeSpan.TicksPerSecond) + (time.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    private sealed record Limit(HttpRateLimitPolicy Policy, Func<HttpContext, long>? Cost, bool IsEstimate)
    {
        public string QuotedName { get; } = $"\"{Policy.Name}\"";

        public string PolicyHeader => string.Create(CultureInfo.InvariantCulture, $"{QuotedName};q={Policy.Rule.Limit}{Window}{Unit}");

        private string Window => Policy.Rule.Kind switch
        {
            RateLimitRuleKind.Concurrency or RateLimitRuleKind.CalendarMonth => "",
            RateLimitRuleKind.CalendarDay => ";w=86400",
            _ => string.Create(CultureInfo.InvariantCulture, $";w={WholeSeconds(Policy.Rule.Window)}"),
        };

        private string Unit => (IsEstimate, Policy.Rule.Kind) switch
        {
            (true, _) => ";qu=\"tokens\"",
            (_, RateLimitRuleKind.Concurrency) => ";qu=\"concurrent-requests\"",
            _ => "",
        };

        public RateLimitDimension DimensionOf(HttpContext context)
        {
            var cost = Cost?.Invoke(context) ?? 1;
            return IsEstimate
                ? RateLimitDimension.Estimate(Policy.KeyOf(context), Policy.Rule, Math.Max(0, cost))
                : new RateLimitDimension(Policy.KeyOf(context), Policy.Rule, Math.Max(0, cost));
        }
    }
}
