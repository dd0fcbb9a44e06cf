using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Rate limits: event ids 4000 to 4999.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Warning, "The rate limiter's backend does not answer within {Budget}: until it does, each rule's fallback decides.")]
    public static partial void RateLimiterAway(ILogger logger, TimeSpan budget, Exception? exception);

    [LoggerMessage(4001, LogLevel.Information, "The rate limiter's backend answers again after {Duration}.")]
    public static partial void RateLimiterBack(ILogger logger, TimeSpan duration);

    [LoggerMessage(4010, LogLevel.Warning, "Step '{Step}' could not settle its rate limits: the estimates stay charged, and leases run out.")]
    public static partial void RateLimitUnsettled(ILogger logger, string step, Exception exception);

    [LoggerMessage(4011, LogLevel.Warning, "Renewing the leases of a rate limit failed; next try in {Delay}.")]
    public static partial void RateLimitRenewalFailed(ILogger logger, TimeSpan delay, Exception exception);

    [LoggerMessage(4012, LogLevel.Warning, "Leases of a rate limit ran out before they were given back: their holder goes on uncounted.")]
    public static partial void RateLimitLeaseLost(ILogger logger);

    [LoggerMessage(
        4013, LogLevel.Warning, "Giving back {Permits} permits of a block failed: they are not admitted until their window ends. Not logged again for a minute.")]
    public static partial void PermitsNotGivenBack(ILogger logger, long permits, Exception exception);
}
