using Pipeline.DependencyInjection;
using Pipeline.Problems;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the edge's answers to what goes wrong. <c>UsePipeline()</c> adds it in its place.</summary>
public static class PipelineProblemsApplicationBuilderExtensions
{
    /// <summary>
    /// Makes problems (RFC 9457) of what is thrown inside, and of answers from 400 to 599 that have no body. It stands outside of all that can refuse a call.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// What nobody has foreseen is a 500 <c>internal-error</c>, and is logged once as an error (12050) with the request id and the step that failed; the caller is told
    /// neither message nor stack. Once an answer has started, an exception ends the connection instead.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineProblems(this IApplicationBuilder app)
    {
        app.EdgeServices();
        return app.UseMiddleware<ProblemsMiddleware>();
    }

    /// <summary>Leaves the endpoint's answers without a body as they are, whatever their status.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder WithBareStatuses<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.Add(static builder => builder.Metadata.Add(BareStatusMetadata.Instance));
        return endpoint;
    }
}
