using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Administration: event ids 12700 to 12799.</summary>
internal static partial class Log
{
    [LoggerMessage(12700, LogLevel.Information, "Administration: '{Actor}' did '{Action}' to '{Subject}', which affected {Count} (request {RequestId}).")]
    public static partial void AdminChanged(ILogger logger, string actor, string action, string subject, long count, string requestId);

    [LoggerMessage(
        12701,
        LogLevel.Warning,
        "Administration: '{Actor}' tried '{Action}' on '{Subject}', which ended with {ErrorType}; part of it may be done (request {RequestId}).")]
    public static partial void AdminChangeFailed(ILogger logger, string actor, string action, string subject, string errorType, string requestId);
}
