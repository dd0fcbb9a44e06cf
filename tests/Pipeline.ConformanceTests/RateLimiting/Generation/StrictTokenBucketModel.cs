using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// A log of charges and of what was given back, played anew for each answer. All that was ever charged is paid by the refill, the oldest first: a charge gets back what of it
/// is not paid yet, which is the least that a limiter may give back. In the parts of <see cref="TokenBucketModel"/>.
/// </summary>
internal sealed class StrictTokenBucketModel : StateModel
{
    private readonly List<(long At, BigInteger Amount)> _log = [];
    private BigInteger _charged;

    public override BigInteger Used(RateLimitRule rule, long now, long wall) => Ceiling(Missing(rule, now), rule.Window.Ticks);

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall) =>
        BigInteger.Max(0, Ceiling(Missing(rule, now) - (most * rule.Window.Ticks), rule.RefillAmount));

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var most = (BigInteger)RateLimitRule.MaxCharge * rule.Window.Ticks;
        var counted = BigInteger.Min(amount * rule.Window.Ticks, most - Missing(rule, now));
        _log.Add((now, counted));
        _charged += counted;
        return new ModelCharge(now, amount) { Total = _charged };
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall)
    {
        var paid = _charged - Missing(rule, now);
        _log.Add((now, -BigInteger.Min(amount * rule.Window.Ticks, BigInteger.Max(0, charge.Total - paid))));
    }

    private BigInteger Missing(RateLimitRule rule, long now)
    {
        var (missing, time) = (BigInteger.Zero, long.MinValue);
        foreach (var (at, amount) in _log)
        {
            // A call is charged at its latest moment, and asked about at its earliest, until which nothing more can surely have been refilled.
            missing = Refilled(missing, Math.Min(at, now)) + amount;
        }

        return Refilled(missing, now);

        BigInteger Refilled(BigInteger before, long until)
        {
            var passed = before.IsZero ? 0 : Math.Max(0, until - time);
            time = Math.Max(time, until);
            return BigInteger.Max(0, before - ((BigInteger)passed * rule.RefillAmount));
        }
    }
}
