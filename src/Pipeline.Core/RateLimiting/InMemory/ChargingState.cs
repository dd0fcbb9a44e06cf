namespace Pipeline.RateLimiting;

/// <summary>A state that counts charges, which a settlement can correct.</summary>
internal abstract class ChargingState(string key, RateLimitRule rule, int hash) : LimiterState(key, rule, hash)
{
    /// <summary>Charges what a settlement adds, even beyond the limit.</summary>
    public abstract void Charge(RateLimitRule rule, long amount, in LimiterMoment moment);

    /// <summary>Gives a part of a charge back, where it still counts.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="mark">Where the charge stands: <see cref="ReservedCharge.Mark"/>.</param>
    /// <param name="amount">What was reserved too much.</param>
    /// <param name="moment">The time.</param>
    public abstract void GiveBack(RateLimitRule rule, long mark, long amount, in LimiterMoment moment);

    /// <summary>As much of an amount as a count may grow by.</summary>
    protected static long Countable(long counted, long amount) => Math.Min(amount, RateLimitRule.MaxCharge - counted);
}
