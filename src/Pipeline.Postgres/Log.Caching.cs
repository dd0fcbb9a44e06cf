using Microsoft.Extensions.Logging;
using Pipeline.Caching;

namespace Pipeline;

/// <summary>The cache: event ids 11100 to 11199.</summary>
internal static partial class Log
{
    [LoggerMessage(11100, LogLevel.Error, "A handler of the cache's invalidation feed threw at a notice of kind {Kind}. The subscription goes on.")]
    public static partial void PostgresCacheHandlerThrew(ILogger logger, Exception exception, CacheInvalidationKind kind);
}
