using Pipeline.Requests;

namespace Microsoft.AspNetCore.Builder;

/// <summary>What an endpoint, a group or a controller says of its requests.</summary>
public static class PipelineRequestsEndpointExtensions
{
    /// <summary>Logs the endpoint's requests for debugging only, unless they end with 500 or more: for probes and scrapes, which come all the time.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder WithoutRequestLog<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => Add(endpoint, UnloggedRequestMetadata.Instance);

    /// <summary>Leaves the ambient call context alone: for an endpoint that sets its own.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder WithoutCallContext<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => Add(endpoint, NoCallContextMetadata.Instance);

    /// <summary>Adds no security headers to the endpoint's answers.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder WithoutSecurityHeaders<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => Add(endpoint, new SecurityHeadersMetadata(IsOff: true));

    /// <summary>Gives the endpoint's answers a content security policy of their own: for a page, which the default keeps from loading anything.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="policy">The policy; empty for none.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="ArgumentException"><paramref name="policy"/> holds what no header can: anything but printable ASCII.</exception>
    public static TBuilder WithContentSecurityPolicy<TBuilder>(this TBuilder endpoint, string policy)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(policy);
        return SecurityHeadersOptionsValidator.IsHeaderValue(policy)
            ? Add(endpoint, new SecurityHeadersMetadata(IsOff: false, policy))
            : throw new ArgumentException("The policy holds more than printable ASCII. Give what a header can hold.", nameof(policy));
    }

    private static TBuilder Add<TBuilder>(TBuilder endpoint, object metadata)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(builder => builder.Metadata.Add(metadata));
        return endpoint;
    }
}
