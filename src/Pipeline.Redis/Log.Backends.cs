using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>The connection: event ids 10000 to 10099. Neither keys nor values, but at Trace, where the server's own words may hold them.</summary>
internal static partial class Log
{
    [LoggerMessage(10000, LogLevel.Trace, "{Backend}, '{Operation}': {Message}")]
    public static partial void RedisReplied(ILogger logger, string backend, string operation, string message);

    [LoggerMessage(10001, LogLevel.Warning, "{Backend} gave no answer for {Silence}: its connection is closed, and another is made.")]
    public static partial void RedisConnectionReplaced(ILogger logger, string backend, TimeSpan silence);

    [LoggerMessage(10002, LogLevel.Warning, "{Backend}: notifications are interrupted. What waits for them looks by itself meanwhile.")]
    public static partial void RedisNotificationsInterrupted(ILogger logger, string backend);

    [LoggerMessage(10003, LogLevel.Information, "{Backend}: notifications come again.")]
    public static partial void RedisNotificationsRestored(ILogger logger, string backend);
}
