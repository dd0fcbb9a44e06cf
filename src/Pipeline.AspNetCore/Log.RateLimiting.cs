using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Rate limits: event ids 12200 to 12299.</summary>
internal static partial class Log
{
    [LoggerMessage(12200, LogLevel.Warning, "What a request holds of its rate limits could not be ended: the estimates stay charged, and leases run out.")]
    public static partial void RateLimitUnsettled(ILogger logger, Exception exception);
}
