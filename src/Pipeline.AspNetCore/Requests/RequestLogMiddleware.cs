using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Pipeline.Requests;

/// <summary>Writes one event a request, when it has ended.</summary>
internal sealed class RequestLogMiddleware(RequestDelegate next, TimeProvider time, ILogger<RequestLogMiddleware> logger)
{
    private const string Unmatched = "(unmatched)";

    public async Task InvokeAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        var body = Count(context);
        var hasThrown = true;
        try
        {
            await next(context).ConfigureAwait(false);
            hasThrown = false;
        }
        finally
        {
            Write(context, body?.Bytes ?? 0, time.GetElapsedTime(start), hasThrown);
        }
    }

    /// <summary>Begins to count the bytes of the answer; of one to HEAD nothing is sent.</summary>
    private CountedBody? Count(HttpContext context)
    {
        if (!logger.IsEnabled(LogLevel.Information) || HttpMethods.IsHead(context.Request.Method))
        {
            return null;
        }

        var body = new CountedBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        return body;
    }

    private void Write(HttpContext context, long responseBytes, TimeSpan duration, bool hasThrown)
    {
        var endpoint = context.GetEndpoint();
        var status = StatusOf(context, hasThrown);
        var isQuiet = status < StatusCodes.Status500InternalServerError && endpoint?.Metadata.GetMetadata<UnloggedRequestMetadata>() is not null;
        var level = isQuiet ? LogLevel.Debug : LogLevel.Information;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        var (request, state) = (context.Request, RequestState.Of(context));
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? endpoint?.DisplayName ?? Unmatched;
        var milliseconds = Math.Round(duration.TotalMilliseconds, 3);
        Log.RequestEnded(
            logger, level, request.Method, route, status, milliseconds, request.ContentLength, responseBytes, context.TraceIdentifier, state.Tenant, state.ErrorCode);
    }

    // A caller that has gone got no answer, whatever the status says; what is thrown past this middleware becomes the server's 500.
    private static int StatusOf(HttpContext context, bool hasThrown) =>
        context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? StatusCodes.Status499ClientClosedRequest
        : hasThrown && !context.Response.HasStarted ? StatusCodes.Status500InternalServerError
        : context.Response.StatusCode;
}
