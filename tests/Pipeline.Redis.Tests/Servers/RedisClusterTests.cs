using FluentAssertions;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Servers;

public sealed class RedisClusterTests(ProxiedClusterFixture fixture) : IClassFixture<ProxiedClusterFixture>
{
    private RedisCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task A_client_reaches_every_slot_through_the_proxies_alone()
    {
        var before = Cluster.Counts();
        var keys = Enumerable.Range(0, 100).Select(i => (RedisKey)$"spread-{i}").ToArray();

        await Task.WhenAll(keys.Select(key => fixture.Database.StringSetAsync(key, "value")));

        (Cluster.Counts() - before)["SET"].Should().Be(100);
        Cluster.Nodes.Take(3).Should().AllSatisfy(master => master.RequiredProxy.Counts()["SET"].Should().BeGreaterThan(0));
        fixture.Connection.GetEndPoints().Should().BeEquivalentTo(Cluster.Nodes.Select(node => node.RequiredProxy.EndPoint));
    }

    [Fact]
    public async Task A_client_follows_a_slot_that_has_moved()
    {
        var slot = await Cluster.SlotOfAsync("moved");
        var source = await Cluster.MasterOfAsync(slot);
        await fixture.Database.StringSetAsync("moved", "value");
        var target = Cluster.Nodes.Take(3).First(node => node != source);

        await Cluster.MoveAsync(slot, target);

        (await fixture.Database.StringGetAsync("moved")).Should().Be("value");
        (await Cluster.MasterOfAsync(slot)).Should().Be(target);
        (await source.Server.Invoking(server => server.ExecuteAsync("GET", "moved")).Should().ThrowAsync<RespException>())
            .Which.Message.Should().Be($"MOVED {slot} {target.EndPoint}", "clients are led through the target's proxy");
    }

    [Fact]
    public async Task A_slot_on_its_way_asks_for_keys_that_have_gone_ahead()
    {
        var slot = await Cluster.SlotOfAsync("asked");
        var source = await Cluster.MasterOfAsync(slot);
        var target = Cluster.Nodes.Take(3).First(node => node != source);
        await source.Server.ExecuteAsync("SET", "asked", "value");

        var move = await Cluster.BeginMoveAsync(slot, target);
        var moved = await move.MoveKeysAsync();
        var get = () => source.Server.ExecuteAsync("GET", "asked");
        var error = (await get.Should().ThrowAsync<RespException>()).Which.Message;
        await move.FinishAsync();

        moved.Should().Equal("asked");
        error.Should().Be($"ASK {slot} {target.EndPoint}");
        (await target.Server.ExecuteAsync("GET", "asked")).Should().Be("value");
    }
}
