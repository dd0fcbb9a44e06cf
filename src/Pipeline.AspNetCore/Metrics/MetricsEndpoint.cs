using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Metrics;

/// <summary>Answers a scrape.</summary>
internal sealed class MetricsEndpoint(Lazy<MetricsCollector> collector)
{
    private const string Text = "text/plain; version=0.0.4; charset=utf-8";
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const int FirstBytes = 64 * 1024;

    public async Task AnswerAsync(HttpContext context)
    {
        var isOpenMetrics = PrefersOpenMetrics(context.Request.Headers.Accept);

        // Written whole before anything is sent: a slow reader must not hold the collection up for others.
        var body = new ArrayBufferWriter<byte>(FirstBytes);
        collector.Value.Write(body, isOpenMetrics);
        context.Response.ContentType = isOpenMetrics ? OpenMetrics : Text;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = HeaderNames.Accept;
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a client takes OpenMetrics, and no other text rather. One that names neither gets the older format, which every client reads.</summary>
    public static bool PrefersOpenMetrics(IList<string?> accept)
    {
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var types))
        {
            return false;
        }

        var (best, text) = (0d, 0d);
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                best = Math.Max(best, quality);
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, quality);
            }
        }

        return best > 0 && best >= text;
    }
}
