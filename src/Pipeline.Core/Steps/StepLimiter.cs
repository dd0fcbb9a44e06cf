using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using static System.FormattableString;

namespace Pipeline.Steps;

/// <summary>Takes calls of one step through all its rate limits, in one request.</summary>
internal sealed class StepLimiter<TIn>
{
    private readonly StepLimitBudget<TIn>[] _budgets;
    private readonly IRateLimiter _limiter;
    private readonly StepSettlement _settlement;
    private readonly RateLimitRequest _requestOfAnyCall;

    private StepLimiter(StepLimitBudget<TIn>[] budgets, IRateLimiter limiter, StepSettlement settlement)
    {
        _budgets = budgets;
        _limiter = limiter;
        _settlement = settlement;
        var dimensions = Array.ConvertAll(budgets, static budget => budget.OfAnyCall ?? default);
        _requestOfAnyCall = Array.Exists(dimensions, static dimension => dimension.Rule is null) ? default : new RateLimitRequest(dimensions);
    }

    /// <summary>Makes the limiter of a step; <see langword="null"/> if all its rules are off.</summary>
    /// <exception cref="InvalidOperationException">A limit names an unknown rule, or one that it cannot have.</exception>
    public static StepLimiter<TIn>? Create(string step, IReadOnlyList<StepLimit<TIn>> limits, SuiteServices services, RunEnvironment environment)
    {
        if (limits.Count > RateLimitRequest.MaxDimensions)
        {
            throw new InvalidOperationException(
                Invariant($"Step '{step}' has {limits.Count} rate limits. Give it at most {RateLimitRequest.MaxDimensions}."));
        }

        var rules = services.GetRequired<RateLimitRules>();
        var prefixes = new Dictionary<(string, string), int>();
        var budgets = new List<StepLimitBudget<TIn>>(limits.Count);
        foreach (var limit in limits)
        {
            var rule = RuleOf(step, limit, rules);
            if (rule.Kind != RateLimitRuleKind.Unlimited)
            {
                budgets.Add(new StepLimitBudget<TIn>(step, limit, rule, PrefixOf(step, limit, rule, prefixes)));
            }
        }

        if (budgets.Count == 0)
        {
            return null;
        }

        var limiter = services.GetRequired<IRateLimiter>();
        var settlement = new StepSettlement(
            step,
            limiter,
            services.Provider.GetRequiredService<RateLimitMetrics>(),
            RateLimitingRegistration.ReadOptions(services.Provider, services.Registry).OutageBudget,
            environment.Time,
            environment.LoggerFactory.CreateLogger("Pipeline.RateLimiting"));
        return new StepLimiter<TIn>([.. budgets], limiter, settlement);
    }

    /// <summary>Asks the limiter for all that a call needs.</summary>
    public ValueTask<RateLimitDecision> AcquireAsync(TIn input, CallContext call, CancellationToken cancellationToken) =>
        _limiter.AcquireAsync(_requestOfAnyCall.Count > 0 ? _requestOfAnyCall : RequestOf(input, call), cancellationToken);

    /// <summary>Records the decision on a call, and begins to hold what it holds.</summary>
    /// <returns>What is to be disposed when the call has ended; <see langword="null"/> for nothing.</returns>
    /// <exception cref="RateLimitRejectedException">The call was denied.</exception>
    public StepReservation? Enter(in RateLimitDecision decision, StepContext context)
    {
        context.AddRateLimit(decision);
        if (!decision.IsGranted)
        {
            throw new RateLimitRejectedException(decision);
        }

        return decision.Reservation is { } reservation ? _settlement.Hold(reservation, context) : null;
    }

    private static RateLimitRule RuleOf(string step, StepLimit<TIn> limit, RateLimitRules rules)
    {
        if (limit.RuleName is null)
        {
            return limit.Rule!;
        }

        var rule = rules.Get(limit.RuleName, $"Step '{step}'");
        if (limit.Estimate is not null && rule.Kind == RateLimitRuleKind.Concurrency)
        {
            throw new InvalidOperationException(
                $"Step '{step}' limits its tokens by the rule '{rule.Name}', which is a concurrency rule and counts calls that run. "
                + "Give it another rule, or use Limit.");
        }

        return limit.Estimate is not null || limit.Cost <= rule.Limit
            ? rule
            : throw new InvalidOperationException(Invariant(
                $"A call of step '{step}' costs {limit.Cost}, which is above the limit {rule.Limit} of the rule '{rule.Name}': none would be granted. ")
                + "Lower the cost, or raise the limit.");
    }

    // Limits of one step never count in one state. A state is a key together with the rule's kind and window.
    private static string PrefixOf(string step, StepLimit<TIn> limit, RateLimitRule rule, Dictionary<(string, string), int> prefixes)
    {
        var owner = limit.RuleName is { } name
            ? Invariant($"rule:{name.Length}:{name}")
            : Invariant($"step:{step.Length}:{step}");
        var prefix = $"{owner}:{(limit.Estimate is null ? "calls" : "tokens")}";
        var budget = limit.Key is null ? $"{prefix}:{limit.Partition}" : prefix;
        var number = prefixes[(budget, rule.StateId)] = prefixes.GetValueOrDefault((budget, rule.StateId)) + 1;
        return number == 1 ? prefix : Invariant($"{prefix}{number}");
    }

    private RateLimitRequest RequestOf(TIn input, CallContext call)
    {
        if (_budgets.Length == 1)
        {
            return _budgets[0].Of(input, call);
        }

        var dimensions = new RateLimitDimension[_budgets.Length];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = _budgets[i].Of(input, call);
        }

        return new RateLimitRequest(dimensions);
    }
}
