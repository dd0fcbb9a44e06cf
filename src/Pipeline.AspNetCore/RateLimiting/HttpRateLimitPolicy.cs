using Microsoft.AspNetCore.Http;

namespace Pipeline.RateLimiting;

/// <summary>A rate limit that endpoints can ask for by its name: the rule, whose budgets there are, and what a request costs.</summary>
internal sealed record HttpRateLimitPolicy(string Name, RateLimitRule Rule, HttpPartition Partition, Func<HttpContext, long>? Cost = null)
{
    private readonly string _prefix = $"http|{Name}|";

    /// <summary>The key of a request's budget.</summary>
    public string KeyOf(HttpContext context) => Partition.KeyOf(context, _prefix);
}
