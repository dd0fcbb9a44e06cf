using Pipeline.Redis.Servers;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Fixtures;

/// <summary>A cluster of a test class's own, with a proxy before each node.</summary>
public sealed class ProxiedClusterFixture : IAsyncLifetime
{
    private RedisCluster? _cluster;
    private ConnectionMultiplexer? _connection;

    public RedisCluster Cluster => _cluster!;

    public ConnectionMultiplexer Connection => _connection!;

    public IDatabase Database => Connection.GetDatabase();

    public async Task InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync(withProxies: true);
        _connection = await ConnectionMultiplexer.ConnectAsync(_cluster.ClientOptions());
    }

    public async Task DisposeAsync()
    {
        if (_connection is not null)
            await _connection.CloseAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
