using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Problems: event ids 12050 to 12099.</summary>
internal static partial class Log
{
    [LoggerMessage(12050, LogLevel.Error, "HTTP {Method} failed, request {RequestId}, step {Step}: the caller was told no more than its id.")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string requestId, string? step);

    [LoggerMessage(12051, LogLevel.Warning, "HTTP {Method} could not be served, request {RequestId}, step {Step}: the caller was told '{ErrorCode}'.")]
    public static partial void RequestUnserved(ILogger logger, Exception exception, string method, string requestId, string errorCode, string? step);

    [LoggerMessage(12052, LogLevel.Error, "HTTP {Method} failed in the middle of its answer, request {RequestId}, step {Step}: the connection was ended.")]
    public static partial void ResponseBroken(ILogger logger, Exception exception, string method, string requestId, string? step);
}
