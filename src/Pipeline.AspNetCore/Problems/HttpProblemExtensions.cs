using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>Writes problems as <c>application/problem+json</c> (RFC 9457).</summary>
public static class HttpProblemExtensions
{
    private const string ContentType = "application/problem+json";
    private const string TypePrefix = "urn:pipeline:problem:";

    /// <summary>Ends a request with a problem: status, <c>Retry-After</c>, and a body with type, title, status, detail, code and request id.</summary>
    /// <param name="context">The request, whose response has not started.</param>
    /// <param name="problem">The problem.</param>
    /// <returns>A task that completes when the response is written.</returns>
    /// <remarks>
    /// What the host says with <see cref="ProblemDetailsOptions.CustomizeProblemDetails"/> applies, as far as it sets values of JSON's own types. The response is never cached.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static Task WriteProblemAsync(this HttpContext context, HttpProblem problem)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(problem);
        var response = context.Response;
        response.StatusCode = problem.Status;
        RequestState.Of(context).ErrorCode = problem.Code;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (problem.RetryAfter is { } retryAfter)
        {
            response.Headers[HeaderNames.RetryAfter] = WholeSeconds(retryAfter).ToString(CultureInfo.InvariantCulture);
        }

        var details = new ProblemDetails
        {
            Type = TypePrefix + problem.Code,
            Title = problem.Title,
            Status = problem.Status,
            Detail = problem.Detail,
            Extensions = { ["code"] = problem.Code, ["requestId"] = context.TraceIdentifier },
        };
        context.RequestServices.GetService<IOptions<ProblemDetailsOptions>>()?.Value.CustomizeProblemDetails?.Invoke(
            new ProblemDetailsContext { HttpContext = context, ProblemDetails = details });
        return response.WriteAsJsonAsync(details, ProblemJsonContext.Default.ProblemDetails, ContentType, context.RequestAborted);
    }

    /// <summary>A time in whole seconds, rounded up, at least 1: what <c>Retry-After</c> takes.</summary>
    internal static long WholeSeconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
}
