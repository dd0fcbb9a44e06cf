using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Pipeline.Backends;
using Pipeline.Problems;
using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.State;

namespace Pipeline.Idempotency;

/// <summary>Runs an endpoint once for each idempotency key, and gives its answer to whoever asks again.</summary>
internal sealed class IdempotencyMiddleware
{
    private const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>What is left for status and headers of what a store takes.</summary>
    private const int HeadBytes = 16 * 1024;

    /// <summary>When to ask again for what is being worked on: sooner than a lease runs out, since most work ends before.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private static readonly string[] KeptHeaders =
    [
        HeaderNames.ContentType, HeaderNames.ContentLanguage, HeaderNames.ContentEncoding, HeaderNames.ContentDisposition, HeaderNames.Location, HeaderNames.Link,
        HeaderNames.ETag, HeaderNames.LastModified,
    ];

    private readonly RequestDelegate _next;
    private readonly HttpIdempotencyOptions _options;
    private readonly string[] _headers;
    private readonly IIdempotencyStore _store;
    private readonly IdempotencyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public IdempotencyMiddleware(
        RequestDelegate next, HttpIdempotencyOptions options, IIdempotencyStore store, IdempotencyMetrics metrics, TimeProvider time, ILogger logger)
    {
        (_next, _options, _store, _metrics, _time, _logger) = (next, options, store, metrics, time, logger);
        _headers = [.. KeptHeaders.Union(options.AdditionalHeaders, StringComparer.OrdinalIgnoreCase)];
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IdempotencyRequirement>() is not { } requirement || IsSafe(context.Request.Method))
        {
            return _next(context);
        }

        var header = context.Request.Headers[_options.Header];
        if (header.Count == 0)
        {
            return requirement.IsRequired
                ? context.WriteProblemAsync(IdempotencyProblems.Missing(_options.Header))
                : _next(context);
        }

        return header.Count == 1 && IdempotencyKey.TryParse(header[0]) is { } key
            ? RunAsync(context, key, requirement)
            : context.WriteProblemAsync(IdempotencyProblems.Malformed(_options.Header));
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    /// <summary>Whether an answer is the last word, rather than one after which the request is to be tried again.</summary>
    private static bool IsFinal(int status) => status < StatusCodes.Status500InternalServerError
        && status is not (StatusCodes.Status408RequestTimeout or 425 or StatusCodes.Status429TooManyRequests);

    private async Task RunAsync(HttpContext context, string key, IdempotencyRequirement requirement)
    {
        var fingerprint = await RequestFingerprint.ComputeAsync(context).ConfigureAwait(false);
        var request = new IdempotencyRequest(IdempotencyKey.Tenant(context), IdempotencyKey.Scope(context, key), fingerprint)
        {
            Lease = _options.Lease,
            TimeToLive = requirement.TimeToLive ?? _options.TimeToLive,
        };
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var capture = new AnswerCapture(original, IIdempotencyStore.MaxResponseBytes - HeadBytes);
        var isDone = false;
        IdempotencyRun run;
        try
        {
            var deadline = context.Features.Get<IHttpRequestTimeoutFeature>() as Deadline;
            run = await _store.RunOnceAsync(
                request,
                async (_, token) =>
                {
                    deadline?.IgnoreClient();
                    var answer = await AnswerAsync(context, original, capture, token).ConfigureAwait(false);
                    isDone = true;
                    return answer;
                },
                _time,
                deadline?.Token ?? CancellationToken.None).ConfigureAwait(false);
        }
        catch (AnswerNotKeptException)
        {
            _metrics.Count("not_kept");
            await SendAsync(context, capture).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (isDone && e is BackendUnavailableException or StateContentionException)
        {
            // The work is done, and its caller is to know; only a repeat would find nothing, once the lease has run out.
            Log.IdempotencyAnswerLost(_logger, e);
            _metrics.Count("lost");
            await SendAsync(context, capture).ConfigureAwait(false);
            return;
        }

        await EndAsync(context, run, capture, isDone).ConfigureAwait(false);
    }

    private Task EndAsync(HttpContext context, in IdempotencyRun run, AnswerCapture capture, bool isDone)
    {
        switch (run.Status)
        {
            case IdempotencyRunStatus.Ran:
                _metrics.Count("ran");
                return SendAsync(context, capture);
            case IdempotencyRunStatus.LeaseLost:
                _metrics.Count("lease_lost");

                // What the endpoint had begun to say must not stand in the problem.
                return isDone ? SendAsync(context, capture) : throw new HttpProblemException(IdempotencyProblems.InProgress(_options.Header, AskAgainAfter));
            case IdempotencyRunStatus.Replayed:
                _metrics.Count("replayed");
                return ReplayAsync(context, run.Response);
            case IdempotencyRunStatus.Conflict:
                _metrics.Count("conflict");
                return context.WriteProblemAsync(IdempotencyProblems.Reused(_options.Header));
            default:
                _metrics.Count("in_progress");
                return context.WriteProblemAsync(IdempotencyProblems.InProgress(_options.Header, AskAgainAfter));
        }
    }

    /// <summary>Lets the endpoint answer, and gives what is to be kept.</summary>
    /// <exception cref="AnswerNotKeptException">The answer is not to be kept.</exception>
    private async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(
        HttpContext context, IHttpResponseBodyFeature original, AnswerCapture capture, CancellationToken cancellationToken)
    {
        var aborted = context.RequestAborted;
        context.Features.Set<IHttpResponseBodyFeature>(capture);

        // A caller that went away may come back for the answer: the work goes on, under its deadline.
        context.RequestAborted = cancellationToken;
        try
        {
            await _next(context).ConfigureAwait(false);
        }
        finally
        {
            context.Features.Set(original);
            context.RequestAborted = aborted;
        }

        var response = context.Response;
        if (capture.IsLetThrough)
        {
            return StoredAnswer.NotKept(response.StatusCode).Write();
        }

        if (!IsFinal(response.StatusCode))
        {
            throw new AnswerNotKeptException();
        }

        var answer = new StoredAnswer(response.StatusCode, HeadersOf(response), capture.Held).Write();
        return answer.Length <= IIdempotencyStore.MaxResponseBytes ? answer : StoredAnswer.NotKept(response.StatusCode).Write();
    }

    private List<KeyValuePair<string, string>> HeadersOf(HttpResponse response)
    {
        var kept = new List<KeyValuePair<string, string>>();
        foreach (var name in _headers)
        {
            foreach (var value in response.Headers[name])
            {
                kept.Add(new(name, value ?? ""));
            }
        }

        return kept;
    }

    private static async Task SendAsync(HttpContext context, AnswerCapture capture)
    {
        if (!capture.IsLetThrough && capture.Held.Length > 0)
        {
            context.Response.ContentLength ??= capture.Held.Length;
            await context.Response.BodyWriter.WriteAsync(capture.Held, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task ReplayAsync(HttpContext context, ReadOnlyMemory<byte> stored)
    {
        // What was done before has used its tokens then.
        context.ReportTokens(0);
        var response = context.Response;
        if (StoredAnswer.TryRead(stored) is not { IsKept: true } answer)
        {
            await context.WriteProblemAsync(IdempotencyProblems.NotKept(_options.Header)).ConfigureAwait(false);
            return;
        }

        response.StatusCode = answer.Status;
        response.Headers[ReplayedHeader] = "true";
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers.Append(name, value);
        }

        if (answer.Body.Length > 0)
        {
            response.ContentLength = answer.Body.Length;
            await response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
