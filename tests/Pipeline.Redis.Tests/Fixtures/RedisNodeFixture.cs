using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Fixtures;

/// <summary>A connection of a test class's own to the plain node that all share.</summary>
public sealed class RedisNodeFixture : IAsyncLifetime
{
    private static int _prefixes;
    private ConnectionMultiplexer? _connection;

    public ConnectionMultiplexer Connection => _connection!;

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>Returns a prefix for keys that nobody else uses, in this run or another.</summary>
    public static string NewPrefix() => $"test-{Environment.ProcessId}-{Guid.NewGuid():N}-{Interlocked.Increment(ref _prefixes)}:";

    public async Task InitializeAsync() => _connection = await ConnectionMultiplexer.ConnectAsync(await SharedServers.NodeAsync());

    public async Task DisposeAsync()
    {
        if (_connection is not null)
            await _connection.CloseAsync();
    }
}
