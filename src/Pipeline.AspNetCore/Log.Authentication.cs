using Microsoft.Extensions.Logging;
using Pipeline.Authentication;

namespace Pipeline;

/// <summary>API keys: event ids 12100 to 12199. Names of keys, never a key or its hash.</summary>
internal static partial class Log
{
    [LoggerMessage(12100, LogLevel.Information, "{Count} API keys of configuration and file are in use, those that were replaced and still work among them.")]
    public static partial void ApiKeysRead(ILogger logger, int count);

    [LoggerMessage(12101, LogLevel.Warning, "There are no API keys, and none are required: ApiKeys:Required is false.")]
    public static partial void NoApiKeys(ILogger logger);

    [LoggerMessage(12102, LogLevel.Error, "The API keys could not be read anew, and stay as they are: {Problem}")]
    public static partial void ApiKeysUnreadable(ILogger logger, string problem);

    [LoggerMessage(12103, LogLevel.Information, "A key of '{Key}' was replaced or taken away. It works until {Until:O}.")]
    public static partial void ApiKeyReplaced(ILogger logger, string key, DateTimeOffset until);

    [LoggerMessage(12110, LogLevel.Warning, "The address {Address} is banned for {Duration}: too many wrong API keys came from it.")]
    public static partial void AddressBanned(ILogger logger, ClientAddress address, TimeSpan duration);

    [LoggerMessage(
        12111,
        LogLevel.Warning,
        "The address {Address} is banned for {Duration}: too many wrong API keys came from it. A header says that it is a proxy, and the edge was not told of that proxy: "
        + "all callers behind it are banned. Configure the proxy's address, so that callers have their own.")]
    public static partial void ProxyAddressBanned(ILogger logger, ClientAddress address, TimeSpan duration);

    [LoggerMessage(12120, LogLevel.Warning, "The store of API keys cannot be asked: keys that are known go on working for a while, others are answered 503.")]
    public static partial void ApiKeyStoreAway(ILogger logger, Exception exception);

    [LoggerMessage(12121, LogLevel.Information, "The store of API keys answers again.")]
    public static partial void ApiKeyStoreAnswers(ILogger logger);

    [LoggerMessage(12122, LogLevel.Error, "The watch over stored API keys failed, and is begun again in {Pause}.")]
    public static partial void ApiKeyWatchFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(12130, LogLevel.Information, "The API key '{Key}' was made.")]
    public static partial void ApiKeyCreated(ILogger logger, string key);

    [LoggerMessage(12131, LogLevel.Information, "The API key '{Key}' was rotated. The old one works for {Grace}.")]
    public static partial void ApiKeyRotated(ILogger logger, string key, TimeSpan grace);

    [LoggerMessage(12132, LogLevel.Information, "The API key '{Key}' was revoked.")]
    public static partial void ApiKeyRevoked(ILogger logger, string key);

    [LoggerMessage(12133, LogLevel.Information, "The API key '{Key}' was restored from an exported configuration.")]
    public static partial void ApiKeyRestored(ILogger logger, string key);
}
