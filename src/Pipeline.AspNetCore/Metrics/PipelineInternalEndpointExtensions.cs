using Microsoft.Extensions.DependencyInjection;
using Pipeline.Metrics;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Keeps endpoints internal.</summary>
public static class PipelineInternalEndpointExtensions
{
    /// <summary>
    /// Lets only internal requests reach an endpoint: those on the port and from the networks of <see cref="InternalOptions"/>, and where these say neither, those of
    /// this machine. For all others it does not exist: 404, before authentication and limits. It is no substitute for authorization where others share the network.
    /// </summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint, group or controllers.</param>
    /// <returns>The endpoint.</returns>
    /// <remarks>The mapping of the endpoint fails with an <see cref="InvalidOperationException"/> where <c>AddPipelineHttp</c> was not called.</remarks>
    public static TBuilder RequireInternal<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireInternal(InternalMetadata.Strict);

    internal static TBuilder RequireInternal<TBuilder>(this TBuilder endpoint, InternalMetadata metadata)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(builder =>
        {
            // Without the gate the metadata would say nothing to anybody, and the endpoint would be open.
            if (builder.ApplicationServices.GetService<InternalGate>() is null)
            {
                throw new InvalidOperationException("The services have no HTTP edge. Call AddPipelineHttp on the service collection first.");
            }

            builder.Metadata.Add(metadata);
        });
        return endpoint;
    }
}
