using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>State and tasks: event ids 7000 to 7999.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "The reaper passed over a task that it cannot read, and looks at it again in a minute.")]
    public static partial void TaskUnreadable(ILogger logger, Exception exception);
}
