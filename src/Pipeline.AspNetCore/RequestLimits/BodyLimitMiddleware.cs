using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Pipeline.Problems;

namespace Pipeline.RequestLimits;

/// <summary>
/// Refuses bodies that are too large, of a content type that the endpoint does not take, or JSON that is invalid or beyond its limits.
/// </summary>
/// <remarks>
/// JSON is looked through where it lies, in the server's own buffer, and left there: the endpoint reads the same bytes, and nothing is copied. So the endpoint runs
/// only once all of the body has arrived.
/// </remarks>
internal sealed class BodyLimitMiddleware
{
    private const int FramingBytes = 1024;

    private readonly RequestDelegate _next;
    private readonly EndpointBodyLimits _withoutEndpoint;
    private readonly ConditionalWeakTable<Endpoint, EndpointBodyLimits> _endpoints = [];
    private readonly ConditionalWeakTable<Endpoint, EndpointBodyLimits>.CreateValueCallback _read;

    public BodyLimitMiddleware(RequestDelegate next, BodyLimitOptions options)
    {
        _next = next;
        var limits = EndpointBodyLimits.Of(options);
        _read = limits.With;

        // Nobody will read it: it is counted, and not looked at.
        _withoutEndpoint = limits with { Json = null };
    }

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return _next(context);
        }

        var limits = context.GetEndpoint() is { } endpoint ? _endpoints.GetValue(endpoint, _read) : _withoutEndpoint;
        if (limits.ContentTypes is { } types && !types.Allows(request.ContentType))
        {
            context.Response.Headers[HeaderNames.Accept] = types.Text;
            return context.WriteProblemAsync(BodyProblems.WrongType(types.Text));
        }

        if (request.ContentLength > limits.MaxBytes)
        {
            return context.WriteProblemAsync(BodyProblems.TooLarge(limits.MaxBytes.GetValueOrDefault()));
        }

        if (limits.Json is not { } json || !JsonContentType.Is(request.ContentType, out var isUtf8))
        {
            LetServerCount(context, limits.MaxBytes);
            return _next(context);
        }

        if (!isUtf8 || request.Headers.ContentEncoding.Count > 0)
        {
            return context.WriteProblemAsync(BodyProblems.WrongType("JSON in UTF-8, without a content encoding"));
        }

        // What frames the chunks of a body counts for the server, and not here.
        LetServerCount(context, request.ContentLength is null ? (limits.MaxBytes * 2) + FramingBytes : limits.MaxBytes);
        return LookAsync(context, json, limits.MaxBytes);
    }

    /// <summary>Lets the server count a body while it is read.</summary>
    private static void LetServerCount(HttpContext context, long? maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = maxBytes;
        }
    }

    private Task LookAsync(HttpContext context, JsonLimits limits, long? maxBytes)
    {
        var body = PeekedBody.Of(context);
        var reading = body.Reader.ReadAsync(context.RequestAborted);
        if (!reading.IsCompletedSuccessfully)
        {
            return LookAtPartsAsync(context, body, reading, limits, maxBytes);
        }

        var whole = reading.Result;
        if (!whole.IsCompleted || whole.IsCanceled)
        {
            return LookAtPartsAsync(context, body, new(whole), limits, maxBytes);
        }

        // All of it is here, as it nearly always is.
        var scan = new JsonScan(limits);
        var fault = scan.Look(whole.Buffer, isWhole: true);
        body.Reader.AdvanceTo(whole.Buffer.Start, whole.Buffer.End);
        body.Restore();
        return fault == JsonFault.None ? _next(context) : context.WriteProblemAsync(BodyProblems.Of(fault, limits, scan.Position));
    }

    private async Task LookAtPartsAsync(HttpContext context, PeekedBody body, ValueTask<ReadResult> reading, JsonLimits limits, long? maxBytes)
    {
        var scan = new JsonScan(limits);
        while (true)
        {
            var part = await reading.ConfigureAwait(false);
            if (part.Buffer.Length > maxBytes)
            {
                body.Reader.AdvanceTo(part.Buffer.Start, part.Buffer.End);
                await context.WriteProblemAsync(BodyProblems.TooLarge(maxBytes.GetValueOrDefault())).ConfigureAwait(false);
                return;
            }

            var fault = scan.Look(part.Buffer, part.IsCompleted);
            body.Reader.AdvanceTo(part.Buffer.Start, part.Buffer.End);
            if (fault != JsonFault.None)
            {
                await context.WriteProblemAsync(BodyProblems.Of(fault, limits, scan.Position)).ConfigureAwait(false);
                return;
            }

            if (part.IsCompleted)
            {
                break;
            }

            reading = body.Reader.ReadAsync(context.RequestAborted);
        }

        body.Restore();
        await _next(context).ConfigureAwait(false);
    }
}
