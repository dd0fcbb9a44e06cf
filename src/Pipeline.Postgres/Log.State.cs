using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>State: event ids 11500 to 11599. Neither keys nor values.</summary>
internal static partial class Log
{
    [LoggerMessage(11500, LogLevel.Warning, "{Backend}: a report of a change of state cannot be read, as from a later version. Whoever watches is told to read again.")]
    public static partial void PostgresStateReportUnreadable(ILogger logger, string backend);
}
