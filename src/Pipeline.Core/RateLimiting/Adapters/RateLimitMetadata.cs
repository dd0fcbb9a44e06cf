using System.Threading.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>The names of what the leases of our adapters tell of a decision, beside <see cref="MetadataName.RetryAfter"/>.</summary>
public static class RateLimitMetadata
{
    /// <summary>The limit of the rule that the figures belong to (<see cref="RateLimitDecision.Limit"/>).</summary>
    public static MetadataName<long> Limit { get; } = MetadataName.Create<long>("LIMIT");

    /// <summary>How much remains of the limit (<see cref="RateLimitDecision.Remaining"/>).</summary>
    public static MetadataName<long> Remaining { get; } = MetadataName.Create<long>("REMAINING");

    /// <summary>How long until the whole limit is available again (<see cref="RateLimitDecision.ResetAfter"/>).</summary>
    public static MetadataName<TimeSpan> ResetAfter { get; } = MetadataName.Create<TimeSpan>("RESET_AFTER");

    /// <summary>The rule's name (<see cref="RateLimitRule.Name"/>).</summary>
    public static MetadataName<string> Rule { get; } = MetadataName.Create<string>("RULE");
}
