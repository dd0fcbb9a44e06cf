using Microsoft.Extensions.Logging;

namespace Pipeline;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "{Backend} cannot be reached at start; its roles answer as they do in an outage until it can.")]
    public static partial void BackendUnavailableAtStart(ILogger logger, string backend, Exception exception);
}
