using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Health;
using Pipeline.Metrics;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoint that Prometheus scrapes.</summary>
public static class PipelineMetricsEndpointRouteBuilderExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/metrics</c>: the instruments of the chosen meters in Prometheus' text format 0.0.4, or in OpenMetrics 1.0 for clients that ask for it.</summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="pattern">The route.</param>
    /// <returns>What configures the endpoint: <c>RequireHost</c>, <c>RequireAuthorization</c> …</returns>
    /// <remarks>
    /// <para>
    /// Only internal requests reach it where <see cref="InternalOptions"/> say what is internal; otherwise anybody does. Which meters are shown stands in
    /// <see cref="MetricsOptions"/>. Names are mapped as OpenTelemetry does: <c>pipeline.worker.duration</c> in seconds is <c>pipeline_worker_duration_seconds</c>, and
    /// counters end in <c>_total</c>.
    /// </para>
    /// <para>Measuring begins with the start of the application; without this call before it nothing is measured, and nothing is paid. Rate limits and request metrics leave it out.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPipelineMetrics(this IEndpointRouteBuilder endpoints, string pattern = "/metrics")
    {
        var services = endpoints.EdgeServices();
        ArgumentNullException.ThrowIfNull(pattern);
        services.GetRequiredService<MappedEndpoints>().HasMetrics = true;
        var collector = new Lazy<MetricsCollector>(services.GetRequiredService<MetricsCollector>);
        return new OperationsEndpoints([endpoints.MapMethods(pattern, Methods, new MetricsEndpoint(collector).AnswerAsync)]).RequireInternal(InternalMetadata.Lenient);
    }
}
