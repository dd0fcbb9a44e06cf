using System.Buffers;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>What somebody else has put under the keys.</summary>
public sealed partial class RedisCacheFailureTests
{
    [Fact]
    public async Task Data_of_another_type_under_an_entrys_key_is_unreadable_and_replaced()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        await process.SetAsync("sliding", "value", Sliding);
        await process.GetAsync("sliding");
        foreach (var key in new[] { "a", "sliding" })
        {
            await PlaceHashAsync(server, "c:" + key);
            (await process.StatusAsync(key)).Should().Be(CacheReadStatus.Unreadable);
            (await process.AddAsync(key, "added")).Should().BeTrue();
            (await process.GetAsync(key)).Should().Be("added");
            await PlaceHashAsync(server, "c:" + key);
            await process.SetAsync(key, "set");
            (await process.GetAsync(key)).Should().Be("set");
            await PlaceHashAsync(server, "c:" + key);
            await process.Cache.RemoveAsync(key);
            (await process.StatusAsync(key)).Should().Be(CacheReadStatus.Missing);
        }

        // Of several that are read together, the server says of such a one that nothing is there.
        await PlaceHashAsync(server, "c:a");
        await process.SetAsync("b", "value");
        var results = new CacheReadResult[2];
        await process.Cache.GetManyAsync(TwoKeys, new ArrayBufferWriter<byte>(), results);
        results.Select(result => result.Status).Should().Equal(CacheReadStatus.Missing, CacheReadStatus.Fresh);
    }

    [Fact]
    public async Task Foreign_data_under_a_counter_is_a_lost_counter()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        string[][] places = [["HSET", Root + "t:t", "field", "value"], ["SET", Root + "t:t", "text"], ["SET", Root + "t:t", "-5"], ["SET", Root + "t:t", "99999999999999999999"]];
        foreach (var place in places)
        {
            foreach (var isInvalidatedNext in new[] { false, true })
            {
                await process.SetTaggedAsync("a", "value", "t");
                await server.ExecuteAsync("DEL", Root + "t:t");
                await server.ExecuteAsync(place);

                (await process.GetAsync("a", Strict)).Should().BeNull();
                await (isInvalidatedNext ? process.Cache.InvalidateTagAsync("t").AsTask() : Task.CompletedTask);
                await process.Cache.ReadGenerationsAsync(["t"]);
                (await process.GetAsync("a", Strict)).Should().BeNull();
                await process.SetTaggedAsync("a", "new", "t");
                (await process.GetAsync("a", Strict)).Should().Be("new");
            }
        }
    }

    [Fact]
    public async Task Foreign_data_under_a_lease_holds_nobody_up()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        await PlaceHashAsync(server, "f:a");
        var forged = CacheFillLease.Taken("a", Guid.NewGuid(), Minute);
        (await process.Leases.RenewAsync(forged, Minute)).Should().BeFalse();
        (await process.Leases.ReleaseAsync(forged)).Should().BeFalse();

        var lease = await process.Leases.TryTakeAsync("a", Minute);

        lease.IsTaken.Should().BeTrue();
        (await process.Leases.ReleaseAsync(lease)).Should().BeTrue();
    }
}
