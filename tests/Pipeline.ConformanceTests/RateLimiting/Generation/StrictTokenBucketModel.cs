using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// All that was ever charged, and all of it that was paid by the refill, the oldest first: a charge gets back what of it is not paid yet, which is
/// the least that a limiter may give back. In the parts of <see cref="TokenBucketModel"/>.
/// </summary>
internal sealed class StrictTokenBucketModel : StateModel
{
    private BigInteger _charged;
    private BigInteger _paid;
    private long? _paidUntil;

    public override BigInteger Used(RateLimitRule rule, long now, long wall) => Ceiling(Missing(rule, now), rule.Window.Ticks);

    public override BigInteger Until(RateLimitRule rule, BigInteger most, long now, long wall) =>
        BigInteger.Max(0, Ceiling(Missing(rule, now) - (most * rule.Window.Ticks), rule.RefillAmount));

    public override ModelCharge Charge(RateLimitRule rule, BigInteger amount, long now, long wall)
    {
        var most = (BigInteger)RateLimitRule.MaxCharge * rule.Window.Ticks;
        _charged += BigInteger.Min(amount * rule.Window.Ticks, most - Missing(rule, now));
        return new ModelCharge(now, amount) { Total = _charged };
    }

    public override void GiveBack(RateLimitRule rule, ModelCharge charge, BigInteger amount, long now, long wall)
    {
        _ = Missing(rule, now);
        _paid += BigInteger.Min(amount * rule.Window.Ticks, BigInteger.Max(0, charge.Total - _paid));
    }

    private BigInteger Missing(RateLimitRule rule, long now)
    {
        var passed = Math.Max(0, now - (_paidUntil ?? now));
        _paid = BigInteger.Min(_charged, _paid + ((BigInteger)passed * rule.RefillAmount));

        // The earliest moment of a call can be asked for after its latest.
        _paidUntil = Math.Max(now, _paidUntil ?? now);
        return _charged - _paid;
    }
}
