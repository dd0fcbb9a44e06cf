using Pipeline.Idempotency;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Lets endpoints heed idempotency keys, and puts the middleware that applies them into an application.</summary>
public static class PipelineIdempotencyEndpointExtensions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>
    /// Applies idempotency keys to the endpoints that heed them. Part of <c>UsePipeline()</c>; by itself it stands after authorization and the limits of bodies, next to the
    /// endpoints.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IApplicationBuilder UsePipelineIdempotency(this IApplicationBuilder app)
    {
        IdempotencyRegistration.Use(app);
        return app;
    }

    /// <summary>
    /// Lets endpoints heed the header <c>Idempotency-Key</c>: of all requests with one key, one runs, and the others get its answer, from any replica of the suite's state.
    /// As the IETF draft "The Idempotency-Key HTTP Header Field" has it.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">An endpoint, a group of them, or controllers. Requests with safe methods are passed over.</param>
    /// <param name="required">Whether a request without a key is refused with 400. Default: <see langword="false"/>.</param>
    /// <param name="timeToLive">How long an answer is kept, 1 second to 3,650 days; <see langword="null"/> for <c>Idempotency:TimeToLive</c>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>
    /// A key is the caller's own (by tenant and API key, or user) and of one method and route; callers who are not known share theirs. While the first request runs, others
    /// get 409 with <c>Retry-After</c>; the same key with another path, query, content type or body gets 422.
    /// </para>
    /// <para>
    /// What is given again is the status, the body and the headers that describe it, with <c>Idempotency-Replayed: true</c>. Not kept are answers of 408, 425, 429 and from 500
    /// on, and those of an endpoint that threw: the next request runs. An answer above about 500 kB reaches its caller, and a repeat gets 409 with the code
    /// <c>idempotency-answer-not-kept</c> rather than a second run.
    /// </para>
    /// <para>
    /// A caller that goes away does not stop the work: it goes on under its deadline, so that a repeat finds the answer. The answer is sent when it is kept, so
    /// such an endpoint does not stream.
    /// </para>
    /// <para>
    /// A replica that cannot reach the store for longer than <see cref="HttpIdempotencyOptions.Lease"/> may be overtaken by another, which runs the request again and whose answer
    /// is kept. <c>RequestAborted</c> then ends the work; its caller gets 409, or the answer of its own run if that came to its end all the same.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is out of range.</exception>
    public static TBuilder WithIdempotency<TBuilder>(this TBuilder builder, bool required = false, TimeSpan? timeToLive = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive ?? Longest, TimeSpan.FromSeconds(1), nameof(timeToLive));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeToLive ?? Longest, Longest, nameof(timeToLive));
        return builder.WithMetadata(new IdempotencyRequirement(required, timeToLive));
    }
}
