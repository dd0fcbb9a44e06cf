using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Redis.Fixtures;
using Pipeline.State;
using StackExchange.Redis;

namespace Pipeline.Redis.State;

/// <summary>A process that has state on a server.</summary>
internal sealed class StateProcess : IAsyncDisposable
{
    private readonly RedisConnection _connection;

    private StateProcess(RedisConnection connection)
    {
        _connection = connection;
        Store = new RedisStateStore(connection, NullLogger<RedisStateStore>.Instance);
    }

    public RedisStateStore Store { get; }

    public static StateProcess Start(ConfigurationOptions server, string prefix, TimeSpan? timeout = null) =>
        new(RedisTestClient.Connect(server, prefix, options => options.CommandTimeout = timeout ?? options.CommandTimeout));

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
