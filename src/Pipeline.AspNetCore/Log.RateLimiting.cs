using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Rate limits: event ids 12200 to 12299.</summary>
internal static partial class Log
{
    [LoggerMessage(12200, LogLevel.Warning, "What a request holds of its rate limits could not be ended: the estimates stay charged, and leases run out.")]
    public static partial void RateLimitUnsettled(ILogger logger, Exception exception);

    [LoggerMessage(12201, LogLevel.Warning, "Renewing what a request holds of its rate limits failed; it is tried again.")]
    public static partial void RateLimitRenewalFailed(ILogger logger, Exception exception);

    [LoggerMessage(12202, LogLevel.Warning, "What a request held of its rate limits ran out before the request ended, which goes on uncounted.")]
    public static partial void RateLimitLeaseLost(ILogger logger);
}
