using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pipeline.Health;

/// <summary>Answers one kind of probe.</summary>
internal sealed class HealthEndpoint(Lazy<HealthMonitor> source, HealthQuestion question)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var monitor = source.Value;

        // One that is told to drain or has not started yet is not ready, whatever its checks say; it says so without asking them.
        var phase = question is HealthQuestion.Ready or HealthQuestion.All ? monitor.Phase : null;
        var checks = phase is null ? monitor.ChecksOf(question).ToArray() : [];
        var outcomes = await Task.WhenAll(checks.Select(static check => check.CheckAsync())).WaitAsync(context.RequestAborted).ConfigureAwait(false);
        var worst = HealthStatus.Healthy;
        foreach (var outcome in outcomes)
        {
            worst = outcome.Status < worst ? outcome.Status : worst;
        }

        var response = context.Response;
        response.StatusCode = phase is null && worst != HealthStatus.Unhealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        var body = new ArrayBufferWriter<byte>();
        Write(body, phase ?? NameOf(worst), checks, outcomes, monitor.ShowDetails);
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static void Write(IBufferWriter<byte> body, string status, CachedHealthCheck[] checks, HealthOutcome[] outcomes, bool showDetails)
    {
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteString("status"u8, status);
        writer.WriteStartArray("checks"u8);
        for (var i = 0; i < checks.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, checks[i].Name);
            writer.WriteString("status"u8, NameOf(outcomes[i].Status));
            writer.WriteNumber("durationMs"u8, Math.Round(outcomes[i].Duration.TotalMilliseconds, 1));
            if (showDetails)
            {
                WriteDetails(writer, outcomes[i]);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, HealthOutcome outcome)
    {
        if (outcome.Description is { } description)
        {
            writer.WriteString("description"u8, description);
        }

        if (outcome.Exception is { } exception)
        {
            writer.WriteString("error"u8, exception.GetType().FullName);
        }
    }

    private static string NameOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
