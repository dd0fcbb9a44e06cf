using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Steps;

namespace Pipeline.Problems;

/// <summary>Says what an exception is to the caller: first as the host has it, then as the suite has it.</summary>
internal sealed class ProblemMapper
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly HttpProblem Internal = new(
        StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "Internal error", "The server failed. Report the request id to its operator.");

    private readonly Dictionary<Type, Func<Exception, HttpProblem>> _mappings = [];

    public ProblemMapper(IEnumerable<ProblemMapping> mappings)
    {
        // The last one counts, as with options.
        foreach (var mapping in mappings)
        {
            _mappings[mapping.Exception] = mapping.Map;
        }
    }

    /// <summary>Gives the problem of an exception, and whether it is an error that nobody has foreseen.</summary>
    public (HttpProblem Problem, bool IsUnforeseen) Map(Exception exception)
    {
        for (var type = exception.GetType(); type is not null && _mappings.Count > 0; type = type.BaseType)
        {
            if (_mappings.TryGetValue(type, out var map))
            {
                return (map(exception), false);
            }
        }

        return OfSuite(exception) is { } problem ? (problem, false) : (Internal, true);
    }

    private static HttpProblem? OfSuite(Exception exception) => exception switch
    {
        HttpProblemException refusal => refusal.Problem,
        RateLimitRejectedException limit => new(
            StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, "Too many requests", limit.Message) { RetryAfter = limit.RetryAfter },
        RateLimitCostTooHighException => new(
            StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", "The request asks for more than its rate limit ever grants. Ask for less."),
        StepRejectedException step => OfStep(step),
        StepTimeoutException or ChainTimeoutException or CacheFillTimeoutException => new(
            StatusCodes.Status504GatewayTimeout, ProblemCodes.DeadlineExceeded, "Deadline exceeded", "What the request needs did not answer in time. Try again, or ask for less."),
        QueueFullException or StateContentionException => new(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.Overloaded, "Overloaded", "Too much is waiting already. Try again later.") { RetryAfter = Pause },
        BackendUnavailableException => new(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.BackendUnavailable, "Backend unavailable", "What the request needs does not answer. Try again later.")
        {
            RetryAfter = Pause,
        },
        UnprocessableMessageException => new(
            StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", "The input was understood and cannot be processed. Correct it."),
        BadHttpRequestException bad => OfRequest(bad),
        _ => null,
    };

    private static HttpProblem OfStep(StepRejectedException exception) => exception.Reason switch
    {
        StepRejectionReason.InvalidInput => new(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", exception.Message),
        StepRejectionReason.CircuitOpen => new(
            StatusCodes.Status503ServiceUnavailable, ProblemCodes.CircuitOpen, "Circuit open", "What the request needs has failed too often of late. Try again later.")
        {
            RetryAfter = exception.RetryAfter ?? Pause,
        },
        _ => new(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Overloaded, "Overloaded", "Too many calls are running and waiting already. Try again later.")
        {
            RetryAfter = exception.RetryAfter ?? Pause,
        },
    };

    // The server's own words can name types and parameters, which are nobody's business.
    private static HttpProblem OfRequest(BadHttpRequestException exception) =>
        exception.StatusCode == StatusCodes.Status400BadRequest && exception.InnerException is JsonException
            ? new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, "Invalid JSON", "The body is not the JSON that the endpoint takes, or not UTF-8. Correct it.")
            : StatusProblems.Of(exception.StatusCode);
}
