using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Caching;

namespace Pipeline.Postgres.Caching;

/// <summary>A process with a cache on PostgreSQL: a connection of its own, and a clock that may be wrong.</summary>
internal sealed class CacheProcess : IAsyncDisposable
{
    private static readonly CacheEntryOptions Lasting = new() { FreshFor = TimeSpan.FromHours(1) };

    private CacheProcess(PostgresConnection connection)
    {
        Connection = connection;
        Cache = new PostgresCacheBackend(connection, NullLogger<PostgresCacheBackend>.Instance);
    }

    public PostgresConnection Connection { get; }

    public PostgresCacheBackend Cache { get; }

    public ICacheFillLeases Leases => Cache.GetCapability<ICacheFillLeases>()!;

    public ICacheInvalidationFeed Feed => Cache.GetCapability<ICacheInvalidationFeed>()!;

    public static CacheProcess Start(string connectionString, Action<PostgresOptions>? configure = null, TimeProvider? time = null)
    {
        // Servers of tests are slow when many start.
        var options = new PostgresOptions { CommandTimeout = TimeSpan.FromSeconds(30) };
        configure?.Invoke(options);
        return new(new PostgresConnection(
            PostgresSource.Own(new NpgsqlConnectionStringBuilder(connectionString)), options, suite: "", time ?? TimeProvider.System, NullLogger<PostgresConnection>.Instance));
    }

    public static CacheProcess On(PostgresConnection connection) => new(connection);

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
    public async Task<CacheProcess> HearAsync()
    {
        await Cache.ReadGenerationsAsync(["warm"]);
        await Waiting.UntilAsync(() => Task.FromResult(Cache.IsHearing), "the process to hear the feed");
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        Cache.Dispose();
        await Connection.DisposeAsync();
    }
}
