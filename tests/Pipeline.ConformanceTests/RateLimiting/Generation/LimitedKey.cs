using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>What identifies a state.</summary>
internal readonly record struct LimitedKey(string Key, string StateId)
{
    public static LimitedKey Of(in RateLimitDimension dimension) => new(dimension.Key, dimension.Rule.StateId);
}
