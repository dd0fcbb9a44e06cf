using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <content>The rate limits of a step.</content>
public abstract partial class StepBuilderBase<TIn, TBuilder>
{
    private readonly List<StepLimit<TIn>> _limits = [];

    /// <summary>Limits how often the step is called. A call beyond the limit is refused with a <see cref="RateLimitRejectedException"/>.</summary>
    /// <param name="rule">
    /// The rule. A concurrency rule holds for all processes, and is held while the call runs; <see cref="Concurrency"/> holds for this process.
    /// </param>
    /// <param name="partition">Whose budget it is.</param>
    /// <param name="cost">What a call costs, from 0 to the rule's limit.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>All limits of a step, whether of calls or of tokens, are taken together or not at all. A call that they refuse costs nothing. They stand
    /// outside of cache and retries: a call counts once, however often it is tried, also where a cache answers it.</para>
    /// <para>The budget is the step's own: other steps do not share it, nor does another limit of the same step. For one that steps share, declare the
    /// rule under a name (<c>AddRateLimitRule</c>) and give the name.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partition"/> is not defined, or <paramref name="cost"/> is negative.</exception>
    /// <exception cref="RateLimitCostTooHighException"><paramref name="cost"/> is above the rule's limit.</exception>
    public TBuilder Limit(RateLimitRule rule, Partition partition, long cost = 1) =>
        Add(new StepLimit<TIn> { Rule = Checked(rule), Partition = Checked(partition), Cost = Checked(cost, rule) });

    /// <summary>Limits how often the step is called, by a key of its own.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="key">
    /// Whose budget it is, found in the input. Any text but <see langword="null"/>; a long one is stored as its hash. It alone decides: where tenants
    /// are not to share budgets, make the tenant a part of it.
    /// </param>
    /// <param name="cost">What a call costs, from 0 to the rule's limit.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Limit(RateLimitRule, Partition, long)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    /// <exception cref="RateLimitCostTooHighException"><paramref name="cost"/> is above the rule's limit.</exception>
    public TBuilder Limit(RateLimitRule rule, Func<TIn, string> key, long cost = 1)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(new StepLimit<TIn> { Rule = Checked(rule), Key = key, Cost = Checked(cost, rule) });
    }

    /// <summary>Limits how often the step is called, by a rule with a name. The steps that name it share its budgets.</summary>
    /// <param name="ruleName">The rule's name (<c>AddRateLimitRule</c>). An unknown one stops the start.</param>
    /// <param name="partition">Whose budget it is.</param>
    /// <param name="cost">What a call costs, from 0 to the rule's limit; checked at start.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Limit(RateLimitRule, Partition, long)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partition"/> is not defined, or <paramref name="cost"/> is negative.</exception>
    public TBuilder Limit(string ruleName, Partition partition, long cost = 1) =>
        Add(new StepLimit<TIn> { RuleName = Checked(ruleName), Partition = Checked(partition), Cost = Checked(cost) });

    /// <summary>Limits how often the step is called, by a rule with a name and a key of its own. The steps that name the rule share its budgets.</summary>
    /// <param name="ruleName">The rule's name (<c>AddRateLimitRule</c>). An unknown one stops the start.</param>
    /// <param name="key">Whose budget it is, found in the input: see <see cref="Limit(RateLimitRule, Func{TIn, string}, long)"/>.</param>
    /// <param name="cost">What a call costs, from 0 to the rule's limit; checked at start.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="Limit(RateLimitRule, Partition, long)"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    public TBuilder Limit(string ruleName, Func<TIn, string> key, long cost = 1)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(new StepLimit<TIn> { RuleName = Checked(ruleName), Key = key, Cost = Checked(cost) });
    }

    /// <summary>Limits how many tokens the step uses. Beyond the limit a call is refused with a <see cref="RateLimitRejectedException"/>.</summary>
    /// <param name="rule">The rule, of any kind but concurrency.</param>
    /// <param name="partition">Whose budget it is.</param>
    /// <param name="estimate">
    /// How many tokens a call is expected to use, at least 0. One above the limit is clamped to it: such a call takes the whole budget.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>A call takes its estimate, and at its end settles what it used: all tokens reported with <see cref="StepContext.ReportUsage(in Telemetry.TokenUsage)"/>, also by
    /// attempts that failed. What was taken too much is given back; what was taken too little is debt, for which later calls wait. A call for which
    /// the step did not run, since a cache answered it, for instance, uses none. A call that ran and reported nothing keeps its estimate.</para>
    /// <para>For the rest see <see cref="Limit(RateLimitRule, Partition, long)"/>.</para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="rule"/> is a concurrency rule.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partition"/> is not defined.</exception>
    public TBuilder LimitTokens(RateLimitRule rule, Partition partition, Func<TIn, long> estimate)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(estimate);
        if (rule.Kind == RateLimitRuleKind.Concurrency)
        {
            throw new ArgumentException("A concurrency rule counts calls that run, not tokens. Give another rule, or use Limit.", nameof(rule));
        }

        return Add(new StepLimit<TIn> { Rule = rule, Partition = Checked(partition), Estimate = estimate });
    }

    /// <summary>Limits how many tokens the step uses, by a rule with a name. The steps that name it share its budgets.</summary>
    /// <param name="ruleName">The rule's name (<c>AddRateLimitRule</c>). An unknown one stops the start, and so does a concurrency rule.</param>
    /// <param name="partition">Whose budget it is.</param>
    /// <param name="estimate">How many tokens a call is expected to use, at least 0.</param>
    /// <returns>The builder.</returns>
    /// <remarks>See <see cref="LimitTokens(RateLimitRule, Partition, Func{TIn, long})"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="partition"/> is not defined.</exception>
    public TBuilder LimitTokens(string ruleName, Partition partition, Func<TIn, long> estimate)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return Add(new StepLimit<TIn> { RuleName = Checked(ruleName), Partition = Checked(partition), Estimate = estimate });
    }

    /// <summary>Makes the step's limits; <see langword="null"/> if it has none, or all are off.</summary>
    /// <exception cref="InvalidOperationException">A limit names an unknown rule, or one that it cannot have.</exception>
    private protected StepLimiter<TIn>? LimiterOf(SuiteServices services, RunEnvironment environment) =>
        _limits.Count == 0 ? null : StepLimiter<TIn>.Create(Name, _limits, services, environment);

    private static RateLimitRule Checked(RateLimitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule;
    }

    private static string Checked(string ruleName)
    {
        ArgumentException.ThrowIfNullOrEmpty(ruleName);
        return ruleName;
    }

    private static Partition Checked(Partition partition) => Enum.IsDefined(partition)
        ? partition
        : throw new ArgumentOutOfRangeException(nameof(partition), "The partition is not defined. Give Everyone, Tenant or User.");

    private static long Checked(long cost, RateLimitRule? rule = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        return rule is null || cost <= rule.Limit ? cost : throw new RateLimitCostTooHighException(rule, cost);
    }

    private TBuilder Add(StepLimit<TIn> limit)
    {
        _limits.Add(limit);
        return (TBuilder)this;
    }
}
