using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// A log of charges, played anew for each answer; what was given back was never charged. In parts of a unit, as many as the period has ticks,
/// so that each tick refills as many parts as the refill has units.
/// </summary>
internal sealed class TokenBucketModel : StateModel
{
    private readonly List<ModelCharge> _charges = [];

    public override BigInteger Used(RateLimitRule rule, long now, long wall) => Ceiling(Missing(rule, now), rule.Window.Ticks);

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall) =>
        BigInteger.Max(0, Ceiling(Missing(rule, now) - (most * rule.Window.Ticks), rule.RefillAmount));

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var most = ((BigInteger)RateLimitRule.MaxCharge * rule.Window.Ticks) - Missing(rule, now);
        var charge = new ModelCharge(now, BigInteger.Min(amount * rule.Window.Ticks, most));
        _charges.Add(charge);
        return charge;
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall) =>
        charge.Amount -= amount * rule.Window.Ticks;

    private BigInteger Missing(RateLimitRule rule, long now)
    {
        var (missing, time) = (BigInteger.Zero, long.MinValue);
        foreach (var charge in _charges)
        {
            missing = Refilled(missing, charge.At) + charge.Amount;
        }

        return Refilled(missing, now);

        BigInteger Refilled(BigInteger before, long until)
        {
            var passed = before.IsZero ? 0 : Math.Max(0, until - time);
            time = until;
            return BigInteger.Max(0, before - ((BigInteger)passed * rule.RefillAmount));
        }
    }
}
