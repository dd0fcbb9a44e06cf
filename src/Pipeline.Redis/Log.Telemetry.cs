using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Telemetry: event ids 10400 to 10499.</summary>
internal static partial class Log
{
    [LoggerMessage(10400, LogLevel.Warning, "{Backend}: {Count} telemetry records cannot be read, and were left out. A later version of the suite wrote them, or they are damaged.")]
    public static partial void RedisTelemetryUnreadable(ILogger logger, string backend, long count);
}
