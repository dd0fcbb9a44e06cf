using System.Runtime.InteropServices;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>One thing that a request is limited by: whose budget it is, the rule, and what the request costs.</summary>
/// <remarks>
/// Immutable and compared by value. Making one allocates nothing, but checks the key: where key and rule stay the same, keep it, and use
/// <see cref="WithCost"/> for what changes.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLimitDimension
{
    private readonly int _keyHash;

    /// <summary>Makes a dimension whose cost is known and is charged whole.</summary>
    /// <param name="key">Whose budget it is, for instance <c>tenant:42</c>: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="cost">
    /// What the request costs, in the unit of the rule's limit, from 0 to the limit. Zero takes nothing and is granted while at least 1
    /// remains: it asks whether the budget is exhausted.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    /// <exception cref="RateLimitCostTooHighException">
    /// <paramref name="cost"/> is above the rule's limit, so that it could never be granted.
    /// </exception>
    public RateLimitDimension(string key, RateLimitRule rule, long cost = 1)
        : this(key, rule, cost, isEstimate: false)
    {
    }

    private RateLimitDimension(string key, RateLimitRule rule, long cost, bool isEstimate)
    {
        StoredName.ThrowIfInvalid(key);
        ArgumentNullException.ThrowIfNull(rule);
        Key = key;
        _keyHash = key.GetHashCode(StringComparison.Ordinal);
        Rule = rule;
        Cost = CheckCost(rule, cost, isEstimate);
        IsEstimate = isEstimate;
    }

    /// <summary>Whose budget it is.</summary>
    public string Key { get; }

    /// <summary>The rule.</summary>
    public RateLimitRule Rule { get; }

    /// <summary>What a grant charges, from 0 to the rule's limit. An estimate above the limit has been clamped to it.</summary>
    public long Cost { get; }

    /// <summary>
    /// Whether <see cref="Cost"/> is an estimate, to be settled at the true cost when that is known. A request with an estimate gets a
    /// <see cref="RateLimitReservation"/>.
    /// </summary>
    public bool IsEstimate { get; }

    /// <summary>Makes a dimension whose true cost will be known only afterwards: tokens, for instance.</summary>
    /// <param name="key">Whose budget it is: 1 to 512 bytes of UTF-8 without control characters.</param>
    /// <param name="rule">The rule, of any kind but concurrency.</param>
    /// <param name="cost">
    /// The expected cost, at least 0. One above the rule's limit is clamped to it; what the true cost exceeds it by becomes debt at the
    /// settlement. Zero reserves nothing and is granted while at least 1 remains.
    /// </param>
    /// <returns>The dimension.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> cannot be stored, or <paramref name="rule"/> is a concurrency rule.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    public static RateLimitDimension Estimate(string key, RateLimitRule rule, long cost)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.Kind == RateLimitRuleKind.Concurrency)
        {
            throw new ArgumentException("A concurrency rule counts what is held, which is no estimate. Give the cost as a fixed one.", nameof(rule));
        }

        return new(key, rule, cost, isEstimate: true);
    }

    /// <summary>The same dimension at another cost, fixed or estimated as this one is.</summary>
    /// <param name="cost">The cost, under the same conditions.</param>
    /// <returns>The dimension.</returns>
    /// <exception cref="InvalidOperationException">This is a default value without key and rule.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    /// <exception cref="RateLimitCostTooHighException">The cost is fixed and above the rule's limit.</exception>
    public RateLimitDimension WithCost(long cost)
    {
        if (Rule is null)
        {
            throw new InvalidOperationException("The dimension is a default value. Make it with a key and a rule.");
        }

        return new(this, CheckCost(Rule, cost, IsEstimate));
    }

    /// <summary>Gives the hash of <see cref="Key"/>, for limiters that keep their state in the process.</summary>
    /// <returns>The ordinal hash, which was made with the dimension. It is another in every process, so that no one can choose keys that collide.</returns>
    public int GetKeyHash() => _keyHash;

    private RateLimitDimension(in RateLimitDimension other, long cost)
    {
        Key = other.Key;
        _keyHash = other._keyHash;
        Rule = other.Rule;
        IsEstimate = other.IsEstimate;
        Cost = cost;
    }

    private static long CheckCost(RateLimitRule rule, long cost, bool isEstimate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        if (cost <= rule.Limit)
        {
            return cost;
        }

        return isEstimate ? rule.Limit : throw new RateLimitCostTooHighException(rule, cost);
    }
}
