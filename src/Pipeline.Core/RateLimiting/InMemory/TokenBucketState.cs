namespace Pipeline.RateLimiting;

/// <summary>What is missing from a token bucket: GCRA in its form of a continuous-state leaky bucket (ITU-T I.371).</summary>
/// <remarks>
/// The unit is a token divided by the ticks of the period, so that a tick refills exactly <see cref="RateLimitRule.RefillAmount"/> of them: nothing is
/// ever rounded, and a rule with another burst or refill goes on with the same figure. No figure overflows: <see cref="RateLimitRule.MaxCharge"/>
/// tokens of the longest period that there is, <see cref="TimeSpan.MaxValue"/>, are less than 2^117 of them, and so is what any pause refills.
/// </remarks>
internal sealed class TokenBucketState(string key, RateLimitRule rule, int hash) : ChargingState(key, rule, hash)
{
    private UInt128 _missing;
    private long _time;
    private long _refill = rule.RefillAmount;

    /// <summary>Kept only for buckets with estimates.</summary>
    private BucketHistory? _history;

    protected override bool CanBeForgotten(in LimiterMoment moment) => MissingAt(moment.Now, _refill) == 0;

    public override RateLimitStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var missing = MissingAt(moment.Now, dimension.Rule.RefillAmount);
        var limit = Product(dimension.Rule.Limit, Window);
        var needed = missing + Product(Math.Max(1, dimension.Cost), Window);
        return needed <= limit ? Granted(dimension.Rule, limit, missing) : Denied(dimension.Rule, limit, missing, needed);
    }

    public override RateLimitStanding Take(in RateLimitDimension dimension, in LimiterMoment moment)
    {
        var (bucket, cost) = (dimension.Rule, dimension.Cost);
        if (cost == 0)
        {
            return Judge(dimension, moment);
        }

        var missing = MissingAt(moment.Now, bucket.RefillAmount);
        var limit = Product(bucket.Limit, Window);
        var needed = missing + Product(cost, Window);
        if (needed > limit)
        {
            return Denied(bucket, limit, missing, needed);
        }

        _history?.Observe(missing);
        Set(bucket, needed, moment.Now);
        if (dimension.IsEstimate)
        {
            (_history ??= new()).BeginReservation(_time);
        }

        return Granted(bucket, limit, needed);
    }

    public override ReservedCharge LastCharge() => new(this, _time);

    public override void Charge(RateLimitRule rule, long amount, in LimiterMoment moment)
    {
        var missing = MissingAt(moment.Now, rule.RefillAmount);
        var most = Product(RateLimitRule.MaxCharge, Window);
        _history?.Observe(missing);
        Set(rule, UInt128.Min(missing + Product(amount, Window), most), moment.Now);
    }

    public override void GiveBack(RateLimitRule rule, long mark, long amount, in LimiterMoment moment)
    {
        if (_history is { } history)
        {
            var missing = MissingAt(moment.Now, rule.RefillAmount);
            Set(rule, missing - history.GiveBack(mark, Product(amount, Window), missing), moment.Now);
        }
    }

    private RateLimitStanding Granted(RateLimitRule rule, UInt128 limit, UInt128 missing) =>
        RateLimitStanding.Granted(Divide(limit - missing, Window), TimeToGain(missing, rule));

    private RateLimitStanding Denied(RateLimitRule rule, UInt128 limit, UInt128 missing, UInt128 needed) => RateLimitStanding.Denied(
        missing < limit ? Divide(limit - missing, Window) : 0, TimeToGain(needed - limit, rule), TimeToGain(missing, rule));

    private UInt128 MissingAt(long now, long refill)
    {
        if (now <= _time)
        {
            return _missing;
        }

        var gained = Product(refill, now - _time);
        return _missing > gained ? _missing - gained : 0;
    }

    private void Set(RateLimitRule rule, UInt128 missing, long now)
    {
        _missing = missing;
        _time = Math.Max(_time, now);
        _refill = rule.RefillAmount;
    }

    private static long TimeToGain(UInt128 amount, RateLimitRule rule) => Divide(amount + (UInt128)(rule.RefillAmount - 1), rule.RefillAmount);

    /// <summary>Rounded down. What no <see cref="TimeSpan"/> can hold becomes the longest.</summary>
    private static long Divide(UInt128 dividend, long divisor)
    {
        // Nearly always enough, and ten times as fast.
        var quotient = dividend <= ulong.MaxValue ? (ulong)dividend / (ulong)divisor : dividend / (ulong)divisor;
        return quotient > long.MaxValue ? long.MaxValue : (long)quotient;
    }

    private static UInt128 Product(long left, long right) => Math.BigMul((ulong)left, (ulong)right);
}
