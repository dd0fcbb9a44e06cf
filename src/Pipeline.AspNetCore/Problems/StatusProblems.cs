using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.Problems;

/// <summary>The problems of statuses of which nothing more is known.</summary>
internal static class StatusProblems
{
    private static readonly ConcurrentDictionary<int, HttpProblem> All = new();

    /// <param name="status">A status from 400 to 599.</param>
    public static HttpProblem Of(int status) => All.GetOrAdd(status, Make);

    private static HttpProblem Make(int status)
    {
        var (code, detail) = status switch
        {
            StatusCodes.Status400BadRequest => (ProblemCodes.BadRequest, "The request is malformed. Correct it."),
            StatusCodes.Status401Unauthorized => (ProblemCodes.Unauthorized, "The endpoint needs a valid key or token. Send one."),
            StatusCodes.Status403Forbidden => (ProblemCodes.Forbidden, "The caller may not do this. Use a key or token that may."),
            StatusCodes.Status404NotFound => (ProblemCodes.NotFound, "There is no such resource."),
            StatusCodes.Status405MethodNotAllowed => (ProblemCodes.MethodNotAllowed, "The resource has no such method. See the header Allow."),
            StatusCodes.Status408RequestTimeout => (ProblemCodes.RequestTimeout, "The body did not arrive in time. Send it faster."),
            StatusCodes.Status409Conflict => (ProblemCodes.Conflict, "What is there already contradicts the request."),
            StatusCodes.Status413PayloadTooLarge => (ProblemCodes.BodyTooLarge, "The body is larger than the endpoint takes. Send less."),
            StatusCodes.Status415UnsupportedMediaType => (ProblemCodes.UnsupportedMediaType, "The endpoint takes no body of this content type. Send another."),
            StatusCodes.Status422UnprocessableEntity => (ProblemCodes.InvalidInput, "The input was understood and is not valid. Correct it."),
            StatusCodes.Status429TooManyRequests => (ProblemCodes.RateLimited, "A rate limit is used up. Try again later."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => (ProblemCodes.HeadersTooLarge, "The headers are too large or too many. Send fewer."),
            StatusCodes.Status500InternalServerError => (ProblemCodes.InternalError, "The server failed. Report the request id to its operator."),
            StatusCodes.Status503ServiceUnavailable => (ProblemCodes.Overloaded, "The server cannot answer now. Try again later."),
            StatusCodes.Status504GatewayTimeout => (ProblemCodes.DeadlineExceeded, "The deadline has passed. Try again, or ask for less."),
            _ => (string.Create(CultureInfo.InvariantCulture, $"http-{status}"), (string?)null),
        };
        var title = ReasonPhrases.GetReasonPhrase(status);
        return new HttpProblem(status, code, title.Length > 0 ? title : "Error", detail);
    }
}
