using Microsoft.Extensions.Logging;
using Pipeline.Caching;

namespace Pipeline;

/// <summary>The cache: event ids 10100 to 10199.</summary>
internal static partial class Log
{
    [LoggerMessage(10100, LogLevel.Error, "A handler of the cache's invalidation feed threw at a notice of kind {Kind}. The subscription goes on.")]
    public static partial void RedisCacheHandlerThrew(ILogger logger, Exception exception, CacheInvalidationKind kind);
}
