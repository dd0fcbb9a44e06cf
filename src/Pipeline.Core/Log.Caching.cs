using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Caches: event ids 3000 to 3999. No key, no tag and no value: these can hold what is secret.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Debug, "A call to the cache's backend failed.")]
    public static partial void CacheBackendFailed(ILogger logger, Exception exception);

    [LoggerMessage(3001, LogLevel.Warning, "The cache's backend fails too often: it is left alone for {Break}, and values are made or come from this process.")]
    public static partial void CacheBackendLeftAlone(ILogger logger, TimeSpan @break, Exception exception);

    [LoggerMessage(3002, LogLevel.Information, "The cache's backend works again.")]
    public static partial void CacheBackendWorksAgain(ILogger logger);

    [LoggerMessage(3010, LogLevel.Warning, "Making a value for the cache failed; a stale one stands in, and the next attempt is made in {Delay}.")]
    public static partial void CacheFillFailedStaleServed(ILogger logger, TimeSpan delay, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "Making a value for the cache in the background failed.")]
    public static partial void CacheBackgroundFillFailed(ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Warning, "A value for the cache was not made within its HardTimeout, {Timeout}; what makes it was told to stop.")]
    public static partial void CacheFillTimedOut(ILogger logger, TimeSpan timeout);

    [LoggerMessage(3020, LogLevel.Warning, "A value of type {Type} is {Bytes} bytes long and was not cached: MaxValueBytes is {Limit}.")]
    public static partial void CacheValueOversized(ILogger logger, string type, long bytes, int limit);

    [LoggerMessage(3021, LogLevel.Error, "A value of type {Type} was not cached: its serializer threw.")]
    public static partial void CacheValueUnserializable(ILogger logger, string type, Exception exception);

    [LoggerMessage(3022, LogLevel.Warning, "A cached value could not be read as {Type}; it is a miss and will be replaced.")]
    public static partial void CacheValueUnreadable(ILogger logger, string type, Exception? exception);

    [LoggerMessage(3030, LogLevel.Warning, "The cache no longer hears of invalidations by other processes; what it holds is served for {Bound} more before the backend is asked.")]
    public static partial void CacheFeedInterrupted(ILogger logger, TimeSpan bound);

    [LoggerMessage(3031, LogLevel.Information, "The cache hears of invalidations by other processes; what it held before is confirmed as it is asked for.")]
    public static partial void CacheFeedResynced(ILogger logger);
}
