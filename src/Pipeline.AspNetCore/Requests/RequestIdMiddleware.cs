using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Requests;

/// <summary>Gives each request its id: the caller's where it is well formed. The id is echoed, and is in the log's scope and the request's span.</summary>
internal sealed class RequestIdMiddleware(
    RequestDelegate next, IOptions<RequestIdOptions> options, TimeProvider time, ILogger<RequestIdMiddleware> logger)
{
    public const string ActivityTag = "pipeline.request_id";

    private readonly string _header = options.Value.Header;

    public async Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[_header];
        var id = RequestId.IsWellFormed(given) ? given.ToString() : RequestId.Make(time.GetUtcNow());
        context.TraceIdentifier = id;
        context.Response.Headers[_header] = id;
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag(ActivityTag, id);
        }

        using (logger.BeginScope(RequestState.Of(context)))
        {
            await next(context).ConfigureAwait(false);
        }
    }
}
