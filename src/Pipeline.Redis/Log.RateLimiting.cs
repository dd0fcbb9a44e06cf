using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Rate limits: event ids 10200 to 10299.</summary>
internal static partial class Log
{
    [LoggerMessage(10200, LogLevel.Warning, "{Backend}: what a part of a denied request was charged could not be given back. It stays charged.")]
    public static partial void RateLimitNotGivenBack(ILogger logger, string backend);
}
