using Pipeline.Authentication;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Demands scopes of an endpoint's callers.</summary>
public static class PipelineScopeExtensions
{
    /// <summary>
    /// Lets in only callers that are authenticated and have one of the scopes: others are answered 401 or 403. Called again, the caller needs one of each call's.
    /// </summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">An endpoint, a group, controllers.</param>
    /// <param name="scopes">One or more, any of which is enough.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Where a policy's name is wanted, <c>scope:admin</c> says the same as <c>RequireScope("admin")</c>.</remarks>
    /// <exception cref="ArgumentException">There is no scope, or one is empty or holds white space.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var required = new RequireScopeAttribute(scopes);
        builder.Add(endpoint => endpoint.Metadata.Add(required));
        return builder;
    }
}
