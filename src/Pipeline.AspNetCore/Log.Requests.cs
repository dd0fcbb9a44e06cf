using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Requests: event ids 12000 to 12049.</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 12000,
        Message = "HTTP {Method} {Route} answered {StatusCode} in {DurationMs} ms ({RequestBytes} bytes in, {ResponseBytes} out, request {RequestId}, tenant {Tenant}, problem {ErrorCode}).")]
    public static partial void RequestEnded(
        ILogger logger,
        LogLevel level,
        string method,
        string route,
        int statusCode,
        double durationMs,
        long? requestBytes,
        long responseBytes,
        string requestId,
        string? tenant,
        string? errorCode);
}
