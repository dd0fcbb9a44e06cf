using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Pipeline.RateLimiting;

/// <summary>The limits of each endpoint.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class HttpRateLimits
{
    private readonly ConditionalWeakTable<Endpoint, EndpointRateLimits> _endpoints = [];
    private readonly ConditionalWeakTable<Endpoint, EndpointRateLimits>.CreateValueCallback _read;

    /// <exception cref="InvalidOperationException">The configuration names an unknown policy, or gives one what it cannot have.</exception>
    public HttpRateLimits(IEnumerable<HttpRateLimitPolicy> declared, IOptions<HttpRateLimitOptions> options)
    {
        SendsHeaders = options.Value.SendHeaders;
        Policies = new HttpRateLimitPolicies(declared, options.Value);
        _read = endpoint => EndpointRateLimits.Of(endpoint, Policies);
    }

    public HttpRateLimitPolicies Policies { get; }

    public bool SendsHeaders { get; }

    /// <exception cref="InvalidOperationException">The endpoint asks for what is not declared.</exception>
    public EndpointRateLimits Of(Endpoint endpoint) => _endpoints.GetValue(endpoint, _read);
}
