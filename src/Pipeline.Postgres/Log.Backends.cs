using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>The connection: event ids 11000 to 11099. Neither keys nor values, but at Trace, where the server's own words may hold them.</summary>
internal static partial class Log
{
    [LoggerMessage(11000, LogLevel.Trace, "{Backend}, '{Operation}': {Message}")]
    public static partial void PostgresReplied(ILogger logger, string backend, string operation, string message);

    [LoggerMessage(11001, LogLevel.Information, "{Backend}: the schema '{Schema}' has version {Version} now.")]
    public static partial void PostgresSchemaMigrated(ILogger logger, string backend, string schema, int version);

    [LoggerMessage(11002, LogLevel.Warning, "{Backend}: notifications are interrupted. What waits for them looks by itself meanwhile.")]
    public static partial void PostgresNotificationsInterrupted(ILogger logger, string backend);

    [LoggerMessage(11003, LogLevel.Information, "{Backend}: notifications come again.")]
    public static partial void PostgresNotificationsRestored(ILogger logger, string backend);

    [LoggerMessage(
        11004,
        LogLevel.Warning,
        "{Backend}: notifications do not come through, as behind a pooler in transaction mode. What waits for them looks every 5 seconds. Set NotificationConnectionString to a connection string that leads to the server itself.")]
    public static partial void PostgresNotificationsMissing(ILogger logger, string backend);

    [LoggerMessage(11005, LogLevel.Error, "{Backend}: listening for notifications failed ({Type}). It begins anew.")]
    public static partial void PostgresListeningFailed(ILogger logger, string backend, string type, Exception exception);

    [LoggerMessage(11006, LogLevel.Error, "{Backend}: what hears notifications failed ({Type}). It hears the next.")]
    public static partial void PostgresListenerFailed(ILogger logger, string backend, string type, Exception exception);

    [LoggerMessage(
        11007,
        LogLevel.Warning,
        "{Backend}: a pooler stands before the server, and statements are prepared automatically. Unless it gives each client a session of its own, or keeps prepared statements, add 'Max Auto Prepare=0;No Reset On Close=true' to the connection string: one statement may run in another's place.")]
    public static partial void PostgresPreparesBehindPooler(ILogger logger, string backend);
}
