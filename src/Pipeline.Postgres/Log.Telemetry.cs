using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Telemetry: event ids 11400 to 11499.</summary>
internal static partial class Log
{
    [LoggerMessage(11400, LogLevel.Warning, "{Backend}: {Count} telemetry records cannot be read, and were left out. A later version of the suite wrote them, or somebody else.")]
    public static partial void PostgresTelemetryUnreadable(ILogger logger, string backend, long count);

    [LoggerMessage(
        11401,
        LogLevel.Warning,
        "{Backend}: the upkeep of the telemetry table failed, and is tried again in a minute: {Reason} Until then records go into the default partition, and none is forgotten.")]
    public static partial void PostgresTelemetryUpkeepFailed(ILogger logger, string backend, string reason);
}
