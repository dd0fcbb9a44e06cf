using Microsoft.Extensions.Logging;
using Pipeline.Caching;

namespace Pipeline;

/// <summary>The in-memory cache: event ids 3900 to 3999.</summary>
internal static partial class Log
{
    [LoggerMessage(3900, LogLevel.Error, "A subscriber to the cache's invalidations threw at a notice of kind {Kind}; the subscription goes on.")]
    public static partial void InvalidationHandlerThrew(ILogger logger, Exception exception, CacheInvalidationKind kind);
}
