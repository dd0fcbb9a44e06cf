using FluentAssertions;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Fixtures;

public sealed class SharedServersTests(RedisNodeFixture node, RedisClusterFixture cluster) : IClassFixture<RedisNodeFixture>, IClassFixture<RedisClusterFixture>
{
    [Fact]
    public async Task Everybody_shares_one_node_under_prefixes_of_their_own()
    {
        var (mine, others) = (RedisNodeFixture.NewPrefix(), RedisNodeFixture.NewPrefix());
        using var other = await ConnectionMultiplexer.ConnectAsync(await SharedServers.NodeAsync());

        await node.Database.StringSetAsync(mine + "key", "value", TimeSpan.FromMinutes(1));

        (await other.GetDatabase().StringGetAsync(mine + "key")).Should().Be("value");
        (await other.GetDatabase().StringGetAsync(others + "key")).IsNull.Should().BeTrue();
    }

    [Fact]
    public async Task Everybody_shares_one_cluster()
    {
        var key = RedisNodeFixture.NewPrefix() + "key";

        await cluster.Database.StringSetAsync(key, "value", TimeSpan.FromMinutes(1));

        (await cluster.Database.StringGetAsync(key)).Should().Be("value");
        (await SharedServers.ClusterAsync()).Should().BeSameAs(cluster.Cluster);
    }
}
