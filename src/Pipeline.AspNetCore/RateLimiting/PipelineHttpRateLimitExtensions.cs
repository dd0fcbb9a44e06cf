using Microsoft.AspNetCore.Http;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares the rate limits of the HTTP edge.</summary>
public static class PipelineHttpRateLimitExtensions
{
    /// <summary>
    /// Declares a rate limit under a name, for endpoints to ask for (<c>RequireRateLimit</c>, <c>RequireTokenBudget</c>). Configuration can give it another limit:
    /// <c>RateLimits:Policies:&lt;name&gt;</c> = <c>100/60</c> or <c>off</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name, which callers see: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; not <c>default</c>.</param>
    /// <param name="rule">The rule, with what it says while the backend is away (<see cref="RateLimitRule.WhenUnavailable"/>).</param>
    /// <param name="partition">Whose budgets there are; <see langword="null"/> for <see cref="HttpPartition.ApiKey"/>.</param>
    /// <param name="cost">What a request costs, at least 0, where the endpoint does not say; <see langword="null"/> for 1.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no such name.</exception>
    /// <exception cref="InvalidOperationException">A rate limit of this name is declared already.</exception>
    public static IPipelineHttpBuilder AddRateLimit(
        this IPipelineHttpBuilder builder, string name, RateLimitRule rule, HttpPartition? partition = null, Func<HttpContext, long>? cost = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(rule);
        HttpRateLimitPolicies.ThrowIfNoName(name);
        if (builder.Services.Any(descriptor => !descriptor.IsKeyedService
            && descriptor.ImplementationInstance is HttpRateLimitPolicy policy && string.Equals(policy.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidOperationException($"The rate limit '{name}' is declared already. Give this one another name.");
        }

        builder.Services.AddSingleton(new HttpRateLimitPolicy(name, rule.Named(name), partition ?? HttpPartition.ApiKey, cost));
        return builder;
    }
}
