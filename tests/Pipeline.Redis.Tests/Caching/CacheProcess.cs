using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using StackExchange.Redis;

namespace Pipeline.Redis.Caching;

/// <summary>A process with a cache on Redis: a connection of its own, and a clock that may be wrong.</summary>
internal sealed class CacheProcess : IAsyncDisposable
{
    private const int LooksBeforeTheClockGoesOn = 100;

    private static readonly CacheEntryOptions Lasting = new() { FreshFor = TimeSpan.FromHours(1) };

    private CacheProcess(RedisConnection connection)
    {
        Connection = connection;
        Cache = new RedisCacheBackend(connection, NullLogger<RedisCacheBackend>.Instance);
    }

    public RedisConnection Connection { get; }

    public RedisCacheBackend Cache { get; }

    public ICacheFillLeases Leases => Cache.GetCapability<ICacheFillLeases>()!;

    public ICacheInvalidationFeed Feed => Cache.GetCapability<ICacheInvalidationFeed>()!;

    public static CacheProcess Start(ConfigurationOptions options, string prefix, Action<RedisOptions>? configure = null, TimeProvider? time = null) =>
        new(RedisTestClient.Connect(options, prefix, configure, time));

    public static CacheProcess On(RedisConnection connection) => new(connection);

    /// <summary>Stores a text.</summary>
    public async Task SetAsync(string key, string text, CacheEntryOptions? options = null) =>
        await Cache.SetAsync(key, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), options ?? Lasting);

    /// <summary>Stores a text as a proper caller does: the generations are read first.</summary>
    public async Task SetTaggedAsync(string key, string text, params string[] tags) =>
        await SetAsync(key, text, Lasting with { Tags = await Cache.ReadGenerationsAsync(tags) });

    /// <summary>Stores a text if nothing stands there.</summary>
    public async Task<bool> AddAsync(string key, string text, CacheEntryOptions? options = null) =>
        await Cache.TryAddAsync(key, new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)), options ?? Lasting);

    /// <summary>Returns the text under a key, or null.</summary>
    public async Task<string?> GetAsync(string key, CacheReadOptions options = CacheReadOptions.None)
    {
        var destination = new ArrayBufferWriter<byte>();
        var result = await Cache.TryGetAsync(key, destination, options);
        return result.IsFound ? Encoding.UTF8.GetString(destination.WrittenSpan) : null;
    }

    public async Task<CacheReadStatus> StatusAsync(string key) => (await Cache.TryGetAsync(key, new ArrayBufferWriter<byte>(), CacheReadOptions.AllowStale)).Status;

    /// <summary>Waits until the process hears of every invalidation.</summary>
    /// <param name="clock">The process's clock, if it stands still: it goes on where it has to, since a subscription that failed is tried again by it.</param>
    public async Task<CacheProcess> HearAsync(ManualTimeProvider? clock = null)
    {
        await Cache.ReadGenerationsAsync(["warm"]);
        var looks = 0;
        await Waiting.UntilAsync(
            () =>
            {
                if (++looks % LooksBeforeTheClockGoesOn == 0)
                    clock?.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(Cache.IsHearing);
            },
            "the process to hear the feed");
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        Cache.Dispose();
        await Connection.DisposeAsync();
    }
}
