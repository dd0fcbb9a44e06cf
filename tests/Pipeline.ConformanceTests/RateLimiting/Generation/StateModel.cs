using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// One state as the documentation of the rules describes it, in exact numbers, without a thought for time or memory. Times are ticks and
/// never run backwards beyond one call.
/// </summary>
internal abstract class StateModel
{
    /// <summary>What counts now, debt included, rounded up to whole units.</summary>
    public abstract BigInteger Used(RateLimitRule rule, long now, long wall);

    /// <summary>In how many ticks, rounded up, no more than <paramref name="most"/> counts.</summary>
    public abstract BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall);

    /// <summary>Charges, even beyond the limit.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="amount">As much as is counted.</param>
    /// <param name="now">The time.</param>
    /// <param name="wall">What the wall clock shows beyond it.</param>
    public abstract ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall);

    /// <summary>Gives a part of a charge back, where it still counts.</summary>
    public abstract void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall);

    /// <summary>Whether a cost fits.</summary>
    public bool Fits(in RateLimitDimension dimension, long now, long wall) =>
        Used(dimension.Rule, now, wall) + BigInteger.Max(dimension.Cost, 1) <= dimension.Rule.Limit;

    public BigInteger Remaining(RateLimitRule rule, long now, long wall) => BigInteger.Max(0, rule.Limit - Used(rule, now, wall));

    /// <summary>In how many ticks, rounded up, a cost fits.</summary>
    public BigInteger RetryAfter(in RateLimitDimension dimension, long now, long wall) =>
        Until(dimension.Rule, dimension.Rule.Limit - BigInteger.Max(dimension.Cost, 1), now, wall);

    public BigInteger ResetAfter(RateLimitRule rule, long now, long wall) => Until(rule, 0, now, wall);

    protected static BigInteger Ceiling(BigInteger dividend, BigInteger divisor) => (dividend + divisor - 1) / divisor;
}
