using Microsoft.AspNetCore.Http;
using Pipeline.Problems;

namespace Pipeline.Idempotency;

/// <summary>How refused idempotency keys are told of.</summary>
internal static class IdempotencyProblems
{
    private const string KeyTitle = "The idempotency key is missing or malformed.";

    public static HttpProblem Missing(string header) => new(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidIdempotencyKey, KeyTitle, $"Send {header} with a key of your own, for instance a new UUID for each request.");

    public static HttpProblem Malformed(string header) => new(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidIdempotencyKey, KeyTitle, $"Send {header} once, with 1 to {IdempotencyKey.MaxLength} visible ASCII characters.");

    public static HttpProblem InProgress(string header, TimeSpan retryAfter) => new(
        StatusCodes.Status409Conflict,
        ProblemCodes.IdempotencyInProgress,
        "A request with this idempotency key is being worked on.",
        $"Send the request with the same {header} again later: it gets the answer.")
    {
        RetryAfter = retryAfter,
    };

    public static HttpProblem Reused(string header) => new(
        StatusCodes.Status422UnprocessableEntity,
        ProblemCodes.IdempotencyKeyReused,
        "The idempotency key was used for another request.",
        $"Send another {header}, or the request as it was sent first.");

    public static HttpProblem NotKept(string header) => new(
        StatusCodes.Status409Conflict,
        ProblemCodes.IdempotencyAnswerNotKept,
        "The request was carried out, and its answer is no longer there.",
        $"Ask for the result in another way. Sending the same {header} again does not carry it out again.");
}
