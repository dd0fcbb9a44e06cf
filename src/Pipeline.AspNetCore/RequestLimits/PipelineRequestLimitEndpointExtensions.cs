using Microsoft.AspNetCore.Http;
using Pipeline.RequestLimits;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts limits of bodies and JSON, and deadlines, on endpoints, and the middleware that applies them into an application.</summary>
public static class PipelineRequestLimitEndpointExtensions
{
    /// <summary>
    /// Gives each request its deadline. Part of <c>UsePipeline()</c>; by itself it stands after routing, and outside of everything that is to be cancelled.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// <para>
    /// When the deadline passes, <see cref="HttpContext.RequestAborted"/> is cancelled, and what then throws an <see cref="OperationCanceledException"/> is answered with 504. The
    /// response of an endpoint that does not heed the token, or has begun to respond, is not touched otherwise.
    /// </para>
    /// <para>
    /// ASP.NET Core's own metadata counts, too: <c>[RequestTimeout]</c>, <c>WithRequestTimeout</c> and <c>DisableRequestTimeout</c>, as does its rule that there is no
    /// deadline while a debugger is attached. What a time-out policy of its says of the response does not: it is always the problem <c>deadline-exceeded</c>.
    /// <c>UseRequestTimeouts</c> is not needed.
    /// </para>
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineDeadlines(this IApplicationBuilder app)
    {
        RequestLimitsRegistration.UseDeadlines(app);
        return app;
    }

    /// <summary>
    /// Applies the limits of bodies and JSON, before the endpoint runs. Part of <c>UsePipeline()</c>; by itself it stands after routing and authorization, so that nobody else
    /// can make the server read a body.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// <para>
    /// Bodies that are too large are refused with 413, by their <c>Content-Length</c> or, without one, while they are read. JSON is read whole before the endpoint
    /// runs: invalid JSON and what is not UTF-8 is refused with 400, what is nested too deep or too large with 413.
    /// </para>
    /// <para>
    /// A body that arrives too slowly is the server's business: Kestrel ends it by <c>MinRequestBodyDataRate</c> (240 bytes a second after five seconds), with 408.
    /// </para>
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineBodyLimits(this IApplicationBuilder app)
    {
        RequestLimitsRegistration.UseBodies(app);
        return app;
    }

    /// <summary>Gives endpoints a limit of bodies of their own.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="maxBytes">The most bytes, 1 to 1 TiB; <see langword="null"/> for no limit.</param>
    /// <returns>The builder.</returns>
    /// <remarks>It may be above the server's own limit. ASP.NET Core's <c>[RequestSizeLimit]</c> is the same.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxBytes"/> is out of range.</exception>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long? maxBytes)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes ?? 1, 1, nameof(maxBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes ?? 1, BodyLimit.MostBytes, nameof(maxBytes));
        return builder.WithMetadata(new BodyLimit(maxBytes));
    }

    /// <summary>Gives endpoints limits of JSON of their own.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="limits">The limits, all of them: what they do not say is <see cref="JsonLimits.Default"/>, whatever the settings.</param>
    /// <returns>The builder.</returns>
    public static TBuilder WithJsonLimits<TBuilder>(this TBuilder builder, JsonLimits limits)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(limits);
        return builder.WithMetadata(new JsonRequirement(limits));
    }

    /// <summary>Leaves the JSON of endpoints unread: they read it as it comes, and it may be anything.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <returns>The builder.</returns>
    public static TBuilder WithoutJsonLimits<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new JsonRequirement(null));

    /// <summary>Lets endpoints take bodies of certain content types only. Others, and bodies without one, are refused with 415.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="contentTypes">The content types, for instance <c>application/json</c>, <c>image/*</c>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is none, or one is no content type.</exception>
    public static TBuilder WithContentTypes<TBuilder>(this TBuilder builder, params string[] contentTypes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ContentTypeRequirement(contentTypes));

    /// <summary>Gives endpoints a deadline of their own.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="deadline">How long a request may take, 1 millisecond to 1 day.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deadline"/> is out of range.</exception>
    public static TBuilder WithDeadline<TBuilder>(this TBuilder builder, TimeSpan deadline)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deadline, DeadlineOptionsValidator.Least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, DeadlineOptionsValidator.Most);
        return builder.WithMetadata(new DeadlineRequirement(deadline));
    }

    /// <summary>
    /// Gives requests the deadline of the model that they are for (<c>Deadlines:Models</c>), where route, query or headers tell it. An endpoint that learns it from the body
    /// says <see cref="HttpContextModelExtensions.SetModel"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers.</param>
    /// <param name="model">Tells the model of a request, <c>name:version</c>; <see langword="null"/> for the endpoint's own deadline. Called once a request.</param>
    /// <returns>The builder.</returns>
    public static TBuilder WithModelDeadline<TBuilder>(this TBuilder builder, Func<HttpContext, string?> model)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(model);
        return builder.WithMetadata(new DeadlineRequirement(null, model));
    }
}
