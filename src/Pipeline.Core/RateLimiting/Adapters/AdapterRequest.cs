using static System.FormattableString;

namespace Pipeline.RateLimiting;

/// <summary>Turns permits into costs.</summary>
internal static class AdapterRequest
{
    /// <summary>Makes the request for a number of permits out of the one for a single permit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A fixed cost would be above its rule's limit.</exception>
    public static RateLimitRequest Of(RateLimitRequest single, int permitCount)
    {
        RateLimitRequest.ThrowIfEmpty(single);
        if (permitCount == 1)
        {
            return single;
        }

        if (single.Count == 1)
        {
            return Times(single.Dimensions[0], permitCount);
        }

        var dimensions = new RateLimitDimension[single.Count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = Times(single.Dimensions[i], permitCount);
        }

        return new RateLimitRequest(dimensions);
    }

    private static RateLimitDimension Times(in RateLimitDimension dimension, int permitCount)
    {
        var cost = Math.BigMul((ulong)dimension.Cost, (ulong)permitCount);
        if (cost <= (ulong)dimension.Rule.Limit)
        {
            return dimension.WithCost((long)cost);
        }

        return dimension.IsEstimate
            ? dimension.WithCost(dimension.Rule.Limit)
            : throw new ArgumentOutOfRangeException(
                nameof(permitCount),
                permitCount,
                Invariant($"{permitCount} permits cost {cost}, which is above the limit {dimension.Rule.Limit} of the rule '{dimension.Rule.Name}'. Ask for fewer."));
    }
}
