using System.Numerics;

namespace Pipeline.RateLimiting;

/// <summary>All charges of a bucket as they were settled, and what they say of it, in the parts of a unit that a tick refills.</summary>
internal sealed class BucketLog(RateLimitRule rule)
{
    private readonly TokenBucketState _state = new("key", rule, 0);
    private readonly List<Charge> _charges = [];

    public List<Charge> Open { get; } = [];

    /// <summary>What is missing after charges at their times, played anew.</summary>
    public static BigInteger Replay(IEnumerable<(long Time, BigInteger Parts)> charges, RateLimitRule rule, long now)
    {
        var (missing, time) = (BigInteger.Zero, 0L);
        foreach (var charge in charges)
        {
            missing = BigInteger.Max(0, missing - ((BigInteger)rule.RefillAmount * (charge.Time - time))) + charge.Parts;
            time = charge.Time;
        }

        return BigInteger.Max(0, missing - ((BigInteger)rule.RefillAmount * (now - time)));
    }

    public void Take(long amount, long now)
    {
        var standing = _state.Take(RateLimitDimension.Estimate("key", rule, amount), new LimiterMoment(now, 0));
        if (standing.IsGranted)
        {
            var charge = new Charge(now, amount, _state.LastCharge().Mark);
            _charges.Add(charge);
            Open.Add(charge);
        }

        AssertStrictEnough(now);
    }

    public bool Settle(Charge charge, long actual, long now)
    {
        Open.Remove(charge);
        var before = Remaining(now);
        if (actual < charge.Amount)
        {
            _state.GiveBack(rule, charge.Mark, charge.Amount - actual, new LimiterMoment(now, 0));
            charge.Amount = actual;
        }

        AssertStrictEnough(now);
        return Remaining(now) > before;
    }

    /// <summary>In every interval at most the burst and the refill of its length.</summary>
    public void AssertBound()
    {
        for (var first = 0; first < _charges.Count; first++)
        {
            var sum = 0L;
            for (var last = first; last < _charges.Count; last++)
            {
                sum += _charges[last].Amount;
                var most = ((BigInteger)rule.Limit * rule.Window.Ticks) + ((BigInteger)rule.RefillAmount * (_charges[last].Time - _charges[first].Time));
                if ((BigInteger)sum * rule.Window.Ticks > most)
                {
                    throw new InvalidOperationException($"{sum} were charged within {_charges[last].Time - _charges[first].Time} ticks by '{rule}'.");
                }
            }
        }
    }

    private long Remaining(long now) => _state.Judge(new RateLimitDimension("key", rule, 0), new LimiterMoment(now, 0)).Remaining;

    private void AssertStrictEnough(long now)
    {
        var missing = Replay(_charges.Select(charge => (charge.Time, (BigInteger)charge.Amount * rule.Window.Ticks)), rule, now);
        var most = BigInteger.Max(0, ((BigInteger)rule.Limit * rule.Window.Ticks) - missing) / rule.Window.Ticks;
        if (Remaining(now) > most)
        {
            throw new InvalidOperationException($"{Remaining(now)} remain of '{rule}', and no more than {most} may.");
        }
    }

    internal sealed class Charge(long time, long amount, long mark)
    {
        public long Time { get; } = time;

        public long Mark { get; } = mark;

        public long Amount { get; set; } = amount;
    }
}
