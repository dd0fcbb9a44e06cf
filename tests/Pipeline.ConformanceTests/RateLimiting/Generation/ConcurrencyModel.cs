using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>Leases, each with the time at which it runs out.</summary>
internal sealed class ConcurrencyModel : StateModel
{
    private readonly List<ModelCharge> _leases = [];

    public override BigInteger Used(RateLimitRule rule, long now, long wall) =>
        _leases.Where(lease => lease.Until > now).Aggregate(BigInteger.Zero, (sum, lease) => sum + lease.Amount);

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall)
    {
        var used = Used(rule, now, wall);
        BigInteger until = 0;
        foreach (var lease in _leases.Where(lease => lease.Until > now).OrderBy(lease => lease.Until))
        {
            if (used <= most)
            {
                break;
            }

            used -= lease.Amount;
            until = lease.Until - now;
        }

        return until;
    }

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var lease = new ModelCharge(now, amount) { Until = now + rule.Window.Ticks };
        _leases.Add(lease);
        return lease;
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall) => _leases.Remove(charge);

    public bool IsHeld(ModelCharge lease, long now) => _leases.Contains(lease) && lease.Until > now;
}
