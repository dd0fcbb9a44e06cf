using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Problems;
using static System.FormattableString;

namespace Pipeline.RateLimiting;

/// <summary>Asks the limiter for each request whose endpoint has limits, tells the caller of the answer, and ends what the request held.</summary>
internal sealed class RateLimitMiddleware
{
    private const string LimitHeader = "X-RateLimit-Limit";
    private const string RemainingHeader = "X-RateLimit-Remaining";
    private const string ModeHeader = "X-RateLimit-Mode";
    private const string PolicyHeader = "RateLimit-Policy";
    private const string StandingHeader = "RateLimit";

    private readonly RequestDelegate _next;
    private readonly HttpRateLimits _limits;
    private readonly IRateLimiter _limiter;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _mode;

    public RateLimitMiddleware(RequestDelegate next, HttpRateLimits limits, IRateLimiter limiter, TimeProvider time, ILogger logger)
    {
        _next = next;
        _limits = limits;
        _limiter = limiter;
        _time = time;
        _logger = logger;
        _mode = limiter.GetCapability<InMemoryRateLimiter>() is null ? "distributed" : "local";
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || _limits.Of(endpoint) is not { IsEmpty: false } limits)
        {
            return _next(context);
        }

        RateLimitRequest request;
        try
        {
            request = limits.RequestOf(context);
        }
        catch (RateLimitCostTooHighException e)
        {
            return context.WriteProblemAsync(TooCostly(e));
        }

        var asked = _limiter.AcquireAsync(request, context.RequestAborted);
        return asked.IsCompletedSuccessfully ? GoOn(context, limits, asked.Result) : AwaitAsync(context, limits, asked);
    }

    private static HttpProblem TooCostly(RateLimitCostTooHighException e) => new(
        StatusCodes.Status422UnprocessableEntity,
        ProblemCodes.InvalidInput,
        "The input is not valid.",
        Invariant($"The request costs {e.Cost}, and the rate limit '{e.RuleName}' grants at most {e.Limit}. Make it smaller."));

    private static HttpProblem Refused(in RateLimitDecision decision) => new(
        StatusCodes.Status429TooManyRequests,
        ProblemCodes.RateLimited,
        "A rate limit is used up.",
        decision.IsDegraded
            ? $"The rate limit '{decision.Rule.Name}' cannot be counted at the moment. Try again later."
            : $"The rate limit '{decision.Rule.Name}' is {decision.Rule}. Try again later.")
    {
        RetryAfter = decision.RetryAfter,
    };

    private async Task AwaitAsync(HttpContext context, EndpointRateLimits limits, ValueTask<RateLimitDecision> asked) =>
        await GoOn(context, limits, await asked.ConfigureAwait(false)).ConfigureAwait(false);

    private Task GoOn(HttpContext context, EndpointRateLimits limits, in RateLimitDecision decision)
    {
        if (_limits.SendsHeaders)
        {
            WriteHeaders(context.Response.Headers, limits, decision);
        }

        if (!decision.IsGranted)
        {
            return context.WriteProblemAsync(Refused(decision));
        }

        if (decision.Reservation is { } reservation)
        {
            HeldRateLimits.Hold(context, _limiter, reservation, limits.HasEstimate, _time, _logger);
        }

        return _next(context);
    }

    private void WriteHeaders(IHeaderDictionary headers, EndpointRateLimits limits, in RateLimitDecision decision)
    {
        headers[LimitHeader] = decision.Limit.ToString(CultureInfo.InvariantCulture);
        headers[RemainingHeader] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[ModeHeader] = decision.IsDegraded ? "local" : _mode;
        headers[PolicyHeader] = limits.PolicyHeader;
        headers[StandingHeader] = limits.StandingHeader(decision);
    }
}
