using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>A log of charges, each of which counts for so many 64ths of the window.</summary>
/// <param name="parts">64, or 65 for the strictest that is allowed.</param>
internal sealed class SlidingWindowModel(int parts) : StateModel
{
    private const int Whole = 64;

    private readonly List<ModelCharge> _charges = [];

    public override BigInteger Used(RateLimitRule rule, long now, long wall)
    {
        _charges.RemoveAll(charge => Whole * (now - charge.At) >= parts * rule.Window.Ticks);
        return _charges.Aggregate(BigInteger.Zero, (sum, charge) => sum + charge.Amount);
    }

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall)
    {
        var used = Used(rule, now, wall);
        BigInteger until = 0;
        foreach (var charge in _charges.OrderBy(charge => charge.At).Where(charge => charge.Amount > 0))
        {
            if (used <= most)
            {
                break;
            }

            used -= charge.Amount;
            until = charge.At + Ceiling((BigInteger)parts * rule.Window.Ticks, Whole) - now;
        }

        return until;
    }

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var charge = new ModelCharge(now, amount);
        _charges.Add(charge);
        return charge;
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall) => charge.Amount -= amount;
}
