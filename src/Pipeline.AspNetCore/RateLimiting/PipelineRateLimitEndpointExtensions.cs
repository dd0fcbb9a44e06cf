using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Pipeline.RateLimiting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts rate limits on endpoints, and the middleware that applies them into an application.</summary>
public static class PipelineRateLimitEndpointExtensions
{
    /// <summary>
    /// Applies the rate limits that endpoints ask for. Part of <c>UsePipeline()</c>; by itself it stands after routing and authentication, and before authorization.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// The start stops at an endpoint that asks for a limit which is not declared. What the limiter's backend throws, where a rule does not say what is to be done
    /// while it is away, passes on.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineRateLimits(this IApplicationBuilder app)
    {
        HttpRateLimitingRegistration.Use(app);
        return app;
    }

    /// <summary>Limits endpoints by one or more policies that <c>AddRateLimit</c> declared: a request is granted by all of them, or charged by none.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="policies">The names. They add up to those of the group; <c>RateLimits:Default</c> no longer applies.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is no name, or an empty one.</exception>
    public static TBuilder RequireRateLimit<TBuilder>(this TBuilder builder, params string[] policies)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Length == 0)
        {
            throw new ArgumentException("There is no policy. Give the name of one that AddRateLimit declared.", nameof(policies));
        }

        foreach (var policy in policies)
        {
            ArgumentException.ThrowIfNullOrEmpty(policy, nameof(policies));
            Add(builder, new RateLimitRequirement(policy));
        }

        return builder;
    }

    /// <summary>Limits endpoints by a policy, at a cost of their own.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="policy">The name that <c>AddRateLimit</c> declared.</param>
    /// <param name="cost">What a request costs, from 0 to the rule's limit. One that costs more is refused with 422.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is negative.</exception>
    public static TBuilder RequireRateLimit<TBuilder>(this TBuilder builder, string policy, long cost)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(policy);
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        return Add(builder, new RateLimitRequirement(policy, _ => cost));
    }

    /// <summary>Limits endpoints by a policy, at a cost that is computed for each request.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="policy">The name that <c>AddRateLimit</c> declared.</param>
    /// <param name="cost">What a request costs, at least 0; called once a request, before its body is read. One that costs more than the limit is refused with 422.</param>
    /// <returns>The builder.</returns>
    public static TBuilder RequireRateLimit<TBuilder>(this TBuilder builder, string policy, Func<HttpContext, long> cost)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(policy);
        ArgumentNullException.ThrowIfNull(cost);
        return Add(builder, new RateLimitRequirement(policy, cost));
    }

    /// <summary>
    /// Gives endpoints a token budget: an estimate is reserved before the endpoint runs, and settled at what it reported (<see cref="TokenBudgetExtensions.ReportTokens"/>) once
    /// the response is complete.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="policy">The name that <c>AddRateLimit</c> declared; its rule is not of concurrency.</param>
    /// <param name="estimate">What a request is expected to use, at least 0. What is above the limit is clamped to it.</param>
    /// <returns>The builder.</returns>
    /// <remarks>A request that reports nothing keeps the charge that was reserved; but one that is answered with 400 to 499 has used nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="estimate"/> is negative.</exception>
    public static TBuilder RequireTokenBudget<TBuilder>(this TBuilder builder, string policy, long estimate)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(policy);
        ArgumentOutOfRangeException.ThrowIfNegative(estimate);
        return Add(builder, new RateLimitRequirement(policy, _ => estimate, IsEstimate: true));
    }

    /// <summary>Gives endpoints a token budget, with an estimate that is computed for each request, for instance from its <c>Content-Length</c>.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="policy">The name that <c>AddRateLimit</c> declared; its rule is not of concurrency.</param>
    /// <param name="estimate">What a request is expected to use; called once a request, before its body is read.</param>
    /// <returns>The builder.</returns>
    /// <remarks>As the other overload.</remarks>
    public static TBuilder RequireTokenBudget<TBuilder>(this TBuilder builder, string policy, Func<HttpContext, long> estimate)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentException.ThrowIfNullOrEmpty(policy);
        ArgumentNullException.ThrowIfNull(estimate);
        return Add(builder, new RateLimitRequirement(policy, estimate, IsEstimate: true));
    }

    /// <summary>Exempts endpoints from every rate limit, also from <c>RateLimits:Default</c> and from ASP.NET Core's own.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers. What an endpoint says counts over what its group says.</param>
    /// <returns>The builder.</returns>
    public static TBuilder DisableRateLimit<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new DisableRateLimitingAttribute());

    private static TBuilder Add<TBuilder>(TBuilder builder, RateLimitRequirement requirement)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithMetadata(requirement);
    }
}
