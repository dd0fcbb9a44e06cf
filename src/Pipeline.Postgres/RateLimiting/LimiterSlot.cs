namespace Pipeline.RateLimiting;

/// <summary>One state, and the rule by which it is judged.</summary>
/// <param name="Key">The limit's key.</param>
/// <param name="Rule">The rule.</param>
internal readonly record struct LimiterSlot(string Key, RateLimitRule Rule)
{
    /// <summary>Finds the one state that a request is about, if it only takes from it: no lease, and nothing that may be given back.</summary>
    public static LimiterSlot? Of(RateLimitRequest request)
    {
        if (request.Count != 1)
        {
            return null;
        }

        ref readonly var dimension = ref request.Dimensions[0];
        var isPlain = dimension is { Cost: > 0, IsEstimate: false, Rule.Kind: not (RateLimitRuleKind.Concurrency or RateLimitRuleKind.Unlimited) };
        return isPlain ? new LimiterSlot(dimension.Key, dimension.Rule) : null;
    }
}
