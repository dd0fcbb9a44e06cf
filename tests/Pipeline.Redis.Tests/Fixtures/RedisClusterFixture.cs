using Pipeline.Redis.Servers;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Fixtures;

/// <summary>A connection of a test class's own to the cluster that all share.</summary>
public sealed class RedisClusterFixture : IAsyncLifetime
{
    private RedisCluster? _cluster;
    private ConnectionMultiplexer? _connection;

    public RedisCluster Cluster => _cluster!;

    public ConnectionMultiplexer Connection => _connection!;

    public IDatabase Database => Connection.GetDatabase();

    public async Task InitializeAsync()
    {
        _cluster = await SharedServers.ClusterAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(_cluster.ClientOptions());
    }

    public async Task DisposeAsync()
    {
        if (_connection is not null)
            await _connection.CloseAsync();
    }
}
