using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Health;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints that probes ask.</summary>
public static class PipelineHealthEndpointRouteBuilderExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    private static readonly (string Pattern, HealthQuestion Question)[] Patterns =
    [
        ("/livez", HealthQuestion.Live),
        ("/readyz", HealthQuestion.Ready),
        ("/healthz", HealthQuestion.All),
        ("/health", HealthQuestion.All),
        ("/health/live", HealthQuestion.Live),
        ("/health/ready", HealthQuestion.Ready),
        ("/health/database", HealthQuestion.Database),
    ];

    /// <summary>Maps <c>/livez</c>, <c>/readyz</c>, <c>/healthz</c>, and their aliases <c>/health/live</c>, <c>/health/ready</c>, <c>/health</c> and <c>/health/database</c>.</summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <returns>What configures all of them: <c>RequireHost</c>, <c>RequireInternal</c>, <c>RequireAuthorization</c> …</returns>
    /// <remarks>
    /// <para>
    /// They answer 200 or 503, and <c>{"status":…,"checks":[…]}</c> with the status <c>healthy</c>, <c>degraded</c> (200 still), <c>unhealthy</c>, <c>starting</c> or
    /// <c>draining</c>. Readiness is 503 until the application has started, from the moment it is told to stop, and while a backend that is required does not answer.
    /// Liveness asks no backend. <c>/healthz</c> is both. The checks are ASP.NET's (<c>AddHealthChecks()</c>), chosen by <see cref="HealthTags"/>; the backends' are
    /// there already. Outcomes are cached (<see cref="HealthOptions.CacheFor"/>), so that probes cost nothing.
    /// </para>
    /// <para>Unless the host demands an authorization, anybody may ask; rate limits do not apply, and ASP.NET's request metrics do not count them.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPipelineHealth(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.EdgeServices();
        services.GetRequiredService<MappedEndpoints>().HasHealth = true;
        var monitor = new Lazy<HealthMonitor>(services.GetRequiredService<HealthMonitor>);
        return new OperationsEndpoints([.. Patterns.Select(pattern =>
            endpoints.MapMethods(pattern.Pattern, Methods, new HealthEndpoint(monitor, pattern.Question).AnswerAsync))]);
    }
}
