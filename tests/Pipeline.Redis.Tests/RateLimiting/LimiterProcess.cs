using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;

namespace Pipeline.Redis.RateLimiting;

/// <summary>A limiter with a connection of its own, as a process has it.</summary>
internal sealed class LimiterProcess(RedisConnection connection) : IAsyncDisposable
{
    public RedisRateLimiter Limiter { get; } = new(connection, NullLogger<RedisRateLimiter>.Instance);

    public static LimiterProcess Start(ConfigurationOptions options, string prefix, TimeSpan? timeout = null) =>
        new(RedisTestClient.Connect(options, prefix, settings => settings.CommandTimeout = timeout ?? settings.CommandTimeout));

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
