using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>State: event ids 10500 to 10599. Neither keys nor values.</summary>
internal static partial class Log
{
    [LoggerMessage(10500, LogLevel.Warning, "{Backend}: a listing of the space '{Space}' left out {Count} entries that the suite did not write, or a later version of it.")]
    public static partial void RedisStateUnreadable(ILogger logger, string backend, string space, int count);

    [LoggerMessage(10501, LogLevel.Information, "{Backend}: reports of changes in the space '{Space}' were lost. Whoever watches it is told to read again.")]
    public static partial void RedisStateReportsLost(ILogger logger, string backend, string space);
}
