using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Pipeline.RateLimiting;
using Pipeline.Steps;

namespace Pipeline.Problems;

/// <summary>Makes problems of what is thrown inside, and of refusals without a body.</summary>
/// <remarks>
/// ASP.NET's own exception handler logs each exception as an error, those too that are the caller's business, and runs the pipeline a second time: so it is not used.
/// </remarks>
internal sealed class ProblemsMiddleware(RequestDelegate next, ProblemMapper mapper, ILogger<ProblemsMiddleware> logger)
{
    private const string ErrorTypeTag = "error.type";

    // What described the answer that was begun; the rest (who may read it, limits, ids) holds for the problem too.
    private static readonly string[] ContentHeaders =
    [
        HeaderNames.AcceptRanges, HeaderNames.ContentDisposition, HeaderNames.ContentEncoding, HeaderNames.ContentLanguage, HeaderNames.ContentLength,
        HeaderNames.ContentRange, HeaderNames.ContentType, HeaderNames.ETag, HeaderNames.Expires, HeaderNames.LastModified,
    ];

    public Task InvokeAsync(HttpContext context)
    {
        Task pending;
        try
        {
            pending = next(context);
        }
#pragma warning disable CA1031 // What is thrown before the first await takes the same way as what is thrown after it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return HandleAsync(context, exception);
        }

        return !pending.IsCompletedSuccessfully ? AwaitAsync(pending, context)
            : IsBare(context) ? context.WriteProblemAsync(StatusProblems.Of(context.Response.StatusCode))
            : Task.CompletedTask;
    }

    private static bool IsBare(HttpContext context)
    {
        var response = context.Response;
        return response.StatusCode is >= 400 and <= 599
            && !response.HasStarted
            && response.ContentLength is null
            && string.IsNullOrEmpty(response.ContentType)
            && !HttpMethods.IsHead(context.Request.Method)
            && context.GetEndpoint()?.Metadata.GetMetadata<BareStatusMetadata>() is null
            && !context.RequestAborted.IsCancellationRequested;
    }

    private async Task AwaitAsync(Task pending, HttpContext context)
    {
        try
        {
            await pending.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever is thrown becomes a problem.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await HandleAsync(context, exception).ConfigureAwait(false);
            return;
        }

        if (IsBare(context))
        {
            await context.WriteProblemAsync(StatusProblems.Of(context.Response.StatusCode)).ConfigureAwait(false);
        }
    }

    private Task HandleAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The caller has gone: there is nobody to answer, and nothing has failed.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return Task.CompletedTask;
        }

        var (problem, isUnforeseen) = Map(ref exception);
        if (isUnforeseen)
        {
            MarkAsFailed(context, exception);
        }

        if (context.Response.HasStarted)
        {
            Log.ResponseBroken(logger, exception, context.Request.Method, context.TraceIdentifier, StepFailure.StepOf(exception));

            // Half an answer must not look like a whole one.
            context.Abort();
            return Task.CompletedTask;
        }

        Record(context, exception, problem, isUnforeseen);
        foreach (var header in ContentHeaders)
        {
            context.Response.Headers.Remove(header);
        }

        return context.WriteProblemAsync(problem);
    }

    private (HttpProblem Problem, bool IsUnforeseen) Map(ref Exception exception)
    {
        try
        {
            return mapper.Map(exception);
        }
#pragma warning disable CA1031 // A mapping of the host's that fails must not break the answer.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            exception = new AggregateException("A mapping that was added with AddProblem failed on an exception.", failure, exception);
            return (StatusProblems.Of(StatusCodes.Status500InternalServerError), true);
        }
    }

    /// <summary>Logs what the operator has to see, once: refusals are in the request's own event.</summary>
    private void Record(HttpContext context, Exception exception, HttpProblem problem, bool isUnforeseen)
    {
        if (isUnforeseen)
        {
            Log.RequestFailed(logger, exception, context.Request.Method, context.TraceIdentifier, StepFailure.StepOf(exception));
        }
        else if (problem.Status >= StatusCodes.Status500InternalServerError && !IsRefusal(exception))
        {
            Log.RequestUnserved(logger, exception, context.Request.Method, context.TraceIdentifier, problem.Code, StepFailure.StepOf(exception));
        }
    }

    // These tell of load, and come in numbers: a stack trace of each would say nothing and cost the most when there is the least to spare.
    private static bool IsRefusal(Exception exception) =>
        exception is RateLimitRejectedException or StepRejectedException or Queues.QueueFullException or HttpProblemException { InnerException: null };

    private static void MarkAsFailed(HttpContext context, Exception exception)
    {
        // The type alone: what an exception says can hold what is nobody's business.
        var type = exception.GetType().FullName;
        context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag(ErrorTypeTag, type).SetStatus(ActivityStatusCode.Error);
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(ErrorTypeTag, type));
    }
}
