using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Health and drain: event ids 12500 to 12599.</summary>
internal static partial class Log
{
    [LoggerMessage(12500, LogLevel.Warning, "Health check '{Check}' is {Status} now.")]
    public static partial void HealthCheckFailed(ILogger logger, string check, HealthStatus status, Exception? exception);

    [LoggerMessage(12501, LogLevel.Information, "Health check '{Check}' is healthy again.")]
    public static partial void HealthCheckRecovered(ILogger logger, string check);

    [LoggerMessage(12510, LogLevel.Information, "Draining: readiness is 503, and requests are accepted for {Wait} more.")]
    public static partial void Draining(ILogger logger, TimeSpan wait);

    [LoggerMessage(12511, LogLevel.Warning, "The wait of {Wait} before the server stops was cut short by the host's ShutdownTimeout. Raise that, or lower Draining:PreStopWait.")]
    public static partial void DrainingCutShort(ILogger logger, TimeSpan wait);
}
