using System.Numerics;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// One state between its two bounds: the most generous and the strictest limiter that keep the promise. They differ by what the rules leave
/// open (how much longer a sliding charge may count), and by what is not known of the moment of a call. Where they agree, the limiter has no
/// choice.
/// </summary>
internal sealed class BoundedState(RateLimitRuleKind kind)
{
    private readonly StateModel _generous = Create(kind, isStrict: false);
    private readonly StateModel _strict = Create(kind, isStrict: true);

    public bool MayGrant(in RateLimitDimension dimension, in ModelMoment at) => _generous.Fits(dimension, at.Latest, at.Wall);

    public bool MustGrant(in RateLimitDimension dimension, in ModelMoment at) => _strict.Fits(dimension, at.Earliest, at.Wall);

    public (BigInteger Least, BigInteger Most) Remaining(RateLimitRule rule, in ModelMoment at) =>
        (_strict.Remaining(rule, at.Earliest, at.Wall), _generous.Remaining(rule, at.Latest, at.Wall));

    public (BigInteger Least, BigInteger Most) RetryAfter(in RateLimitDimension dimension, in ModelMoment at) =>
        (_generous.RetryAfter(dimension, at.Latest, at.Wall), _strict.RetryAfter(dimension, at.Earliest, at.Wall));

    public (BigInteger Least, BigInteger Most) ResetAfter(RateLimitRule rule, in ModelMoment at) =>
        (_generous.ResetAfter(rule, at.Latest, at.Wall), _strict.ResetAfter(rule, at.Earliest, at.Wall));

    public BoundedCharge Charge(RateLimitRule rule, BigInteger amount, in ModelMoment at)
    {
        // What is charged beside debt near the most that is counted counts only in part, and goes on so when the debt has left a sliding window.
        var least = Countable(_strict.Used(rule, at.Earliest, at.Wall), amount);
        var most = Countable(_generous.Used(rule, at.Latest, at.Wall), amount);
        return new(this, rule, _generous.Charge(rule, least, at.Earliest, at.Wall), _strict.Charge(rule, most, at.Latest, at.Wall));
    }

    public void GiveBack(BoundedCharge charge, BigInteger amount, in ModelMoment at)
    {
        _generous.GiveBack(charge.Rule, charge.Generous, amount, at.Latest, at.Wall);
        _strict.GiveBack(charge.Rule, charge.Strict, amount, at.Earliest, at.Wall);
    }

    public bool MayBeHeld(BoundedCharge lease, in ModelMoment at) => ((ConcurrencyModel)_strict).IsHeld(lease.Strict, at.Earliest);

    public bool IsSurelyHeld(BoundedCharge lease, in ModelMoment at) => ((ConcurrencyModel)_generous).IsHeld(lease.Generous, at.Latest);

    public static void Renew(BoundedCharge lease, in ModelMoment at)
    {
        lease.Generous.Until = at.Earliest + lease.Rule.Window.Ticks;
        lease.Strict.Until = at.Latest + lease.Rule.Window.Ticks;
    }

    private BigInteger Countable(BigInteger used, BigInteger amount) =>
        kind == RateLimitRuleKind.TokenBucket ? amount : BigInteger.Min(amount, RateLimitRule.MaxCharge - used);

    private static StateModel Create(RateLimitRuleKind kind, bool isStrict) => kind switch
    {
        RateLimitRuleKind.SlidingWindow => new SlidingWindowModel(isStrict ? 65 : 64),
        RateLimitRuleKind.TokenBucket => isStrict ? new StrictTokenBucketModel() : new TokenBucketModel(),
        RateLimitRuleKind.Concurrency => new ConcurrencyModel(),
        _ => new FixedWindowModel(isStrict),
    };
}
