using static System.FormattableString;

namespace Pipeline.RateLimiting;

/// <summary>A fixed cost is above the limit of its rule, so that it could never be granted, however long the caller waited.</summary>
/// <remarks>
/// Thrown where the cost is given, before anything is decided. It is the request that is too large: no later attempt will fare better.
/// </remarks>
public sealed class RateLimitCostTooHighException : ArgumentException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="cost">The cost that is above the rule's limit.</param>
    public RateLimitCostTooHighException(RateLimitRule rule, long cost)
        : base(Describe(rule, cost))
    {
        RuleName = rule.Name;
        Limit = rule.Limit;
        Cost = cost;
    }

    /// <summary>The rule's name.</summary>
    public string RuleName { get; }

    /// <summary>The rule's limit.</summary>
    public long Limit { get; }

    /// <summary>The cost that is above it.</summary>
    public long Cost { get; }

    private static string Describe(RateLimitRule rule, long cost)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Invariant($"The cost {cost} is above the limit {rule.Limit} of the rule '{rule.Name}', so it could never be granted. ")
            + "Lower the cost, raise the limit, or give the cost as an estimate.";
    }
}
