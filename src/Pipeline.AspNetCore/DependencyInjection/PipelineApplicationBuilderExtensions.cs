using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Health;
using Pipeline.Idempotency;
using Pipeline.Problems;
using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.Requests;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the HTTP edge in front of an application's endpoints.</summary>
public static class PipelineApplicationBuilderExtensions
{
    /// <summary>
    /// Adds the middleware of the edge in the one order in which they work together. Call it first; routing, authentication and authorization are part of it, the
    /// last two where the host has registered them.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// The order, from the outside in: forwarded headers, request id, request log, security headers, problems for what throws or is refused, drain, routing,
    /// deadlines, authentication, call context, rate limits, authorization, limits of bodies and JSON, idempotency keys.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipeline(this IApplicationBuilder app)
    {
        var services = app.EdgeServices();
        RequestsRegistration.UseOutermost(app);
        ProblemsRegistration.Use(app);
        HealthRegistration.Use(app);
        app.UseRouting();
        RequestLimitsRegistration.UseDeadlines(app);
        if (services.GetService<IAuthenticationSchemeProvider>() is not null)
        {
            app.UseAuthentication();
        }

        RequestsRegistration.UseCallContext(app);
        HttpRateLimitingRegistration.Use(app);
        if (services.GetService<IAuthorizationPolicyProvider>() is not null)
        {
            app.UseAuthorization();
        }

        RequestLimitsRegistration.UseBodies(app);
        IdempotencyRegistration.Use(app);
        return app;
    }
}
