using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using static System.FormattableString;

namespace Pipeline.Steps;

/// <summary>A limit of a step with its rule: makes the dimension of a call.</summary>
/// <param name="step">The step's name, for errors.</param>
/// <param name="limit">What the step asks for.</param>
/// <param name="rule">The rule, with the limit that the configuration gives it.</param>
/// <param name="prefix">What all keys of the limit begin with.</param>
internal sealed class StepLimitBudget<TIn>(string step, StepLimit<TIn> limit, RateLimitRule rule, string prefix)
{
    private readonly RateLimitDimension _everyone = limit.Estimate is null
        ? new RateLimitDimension(Fitting(prefix), rule, limit.Cost)
        : RateLimitDimension.Estimate(Fitting(prefix), rule, cost: 0);

    private bool IsEveryones => limit is { Key: null, Partition: Partition.Everyone };

    /// <summary>The dimension, if it is the same for all calls.</summary>
    public RateLimitDimension? OfAnyCall => IsEveryones && limit.Estimate is null ? _everyone : null;

    public RateLimitDimension Of(TIn input, CallContext call)
    {
        if (limit.Estimate is null)
        {
            return IsEveryones ? _everyone : new RateLimitDimension(KeyOf(input, call), rule, limit.Cost);
        }

        var tokens = limit.Estimate(input);
        if (tokens < 0)
        {
            throw new InvalidOperationException(Invariant($"The estimate of tokens for step '{step}' is {tokens}. Estimate 0 or more."));
        }

        return IsEveryones ? _everyone.WithCost(tokens) : RateLimitDimension.Estimate(KeyOf(input, call), rule, tokens);
    }

    // What is followed by another part has its length before it, so that no two budgets ever have one key.
    private string KeyOf(TIn input, CallContext call)
    {
        if (limit.Key is not null)
        {
            var key = limit.Key(input) ?? throw new InvalidOperationException(
                $"The key of a rate limit of step '{step}' is null. Give a text for every input.");
            return Fitting($"{prefix}:key:{key}");
        }

        return (limit.Partition, call.User) switch
        {
            (Partition.Tenant, _) => Fitting($"{prefix}:tenant:{call.Tenant}"),
            (_, null) => Fitting($"{prefix}:nobody:{call.Tenant}"),
            (_, var user) => Fitting(Invariant($"{prefix}:user:{call.Tenant.Length}:{call.Tenant}:{user}")),
        };
    }

    private static string Fitting(string key) => StoredName.FindProblem(key) is null
        ? key
        : $"hash:{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())))}";
}
