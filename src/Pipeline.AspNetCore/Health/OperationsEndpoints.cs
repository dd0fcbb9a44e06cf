using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Pipeline.Health;

/// <summary>
/// Endpoints for those who operate the service, configured as one: open to all unless the host says otherwise, apart from rate limits, the request log and the metrics
/// of requests, whose figures are of the service's own callers.
/// </summary>
internal sealed class OperationsEndpoints : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder[] _endpoints;

    public OperationsEndpoints(IEndpointConventionBuilder[] endpoints)
    {
        _endpoints = endpoints;
        this.DisableRateLimiting().DisableHttpMetrics().WithoutRequestLog();
        Finally(AllowAnonymous);
    }

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Add(convention);
        }
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var endpoint in _endpoints)
        {
            endpoint.Finally(finallyConvention);
        }
    }

    // Last, since it would win over an authorization that the host demands for these endpoints. A fallback policy is for those that nobody spoke of.
    private static void AllowAnonymous(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<IAuthorizeData>().Any())
        {
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
        }
    }
}
