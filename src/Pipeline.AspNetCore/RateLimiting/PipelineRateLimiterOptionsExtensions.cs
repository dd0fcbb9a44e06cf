using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Lets ASP.NET Core's own rate limiting middleware count with the limiter of a suite.</summary>
public static class PipelineRateLimiterOptionsExtensions
{
    /// <summary>
    /// Adds a policy to <c>AddRateLimiter</c> that the suite's limiter decides, so that the limit holds for the whole fleet: for endpoints with
    /// <c>RequireRateLimiting(policyName)</c>, under <c>UseRateLimiter()</c>.
    /// </summary>
    /// <param name="options">The options of ASP.NET Core's middleware.</param>
    /// <param name="policyName">The policy's name: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; not <c>default</c>.</param>
    /// <param name="rule">The rule. A request costs 1.</param>
    /// <param name="partition">Whose budgets there are; <see langword="null"/> for <see cref="HttpPartition.ApiKey"/>.</param>
    /// <param name="suite">The name of the suite whose limiter is asked; empty for the only or main one.</param>
    /// <returns>The options.</returns>
    /// <remarks>
    /// What a lease tells of a decision is in its metadata (<see cref="RateLimitMetadata"/>, <see cref="MetadataName.RetryAfter"/>); status, headers and body of a refusal are
    /// those of ASP.NET Core's middleware. The budgets are those of a policy of the same name, rule and partition in <c>AddRateLimit</c>.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="policyName"/> is no such name, or is taken.</exception>
    public static RateLimiterOptions AddPipelinePolicy(
        this RateLimiterOptions options, string policyName, RateLimitRule rule, HttpPartition? partition = null, string suite = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(suite);
        HttpRateLimitPolicies.ThrowIfNoName(policyName);
        var policy = new HttpRateLimitPolicy(policyName, rule.Named(policyName), partition ?? HttpPartition.ApiKey);
        return options.AddPolicy(policyName, context => PartitionOf(context, policy, suite));
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext context, HttpRateLimitPolicy policy, string suite)
    {
        var services = context.RequestServices;
        return RateLimitPartition.Get(
            policy.KeyOf(context),
            key => services.GetRequiredPipelineService<IRateLimiter>(suite).AsRateLimiter(key, policy.Rule, services.GetRequiredService<TimeProvider>()));
    }
}
