using System.Buffers;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>A server that is down, silent, full, a replica, that forgot everything, or holds somebody else's data.</summary>
public sealed partial class RedisCacheFailureTests
{
    private const CacheReadOptions Strict = CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly string[] TwoKeys = ["a", "b"];
    private static readonly string[] MovingKeys = ["{a}", "{a}b"];
    private static readonly CacheEntryOptions Sliding = new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = Minute };

    private readonly string _prefix = RedisTestClient.NewPrefix();

    private string Root => _prefix + ":";

    [Fact]
    public async Task A_server_that_is_down_is_unavailable_and_used_again_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        await process.HearAsync();
        await process.SetTaggedAsync("secret", "value", "t");
        await server.KillAsync();

        await EachCallAsync(process, "secret");

        await server.RestartAsync();
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.SetTaggedAsync("secret", "new", "t")), "the server to be used again");
        (await process.GetAsync("secret", Strict)).Should().Be("new");
        await Waiting.UntilAsync(() => Task.FromResult(process.Cache.IsHearing), "the feed to be heard again");
    }

    [Fact]
    public async Task A_silent_network_ends_each_call_at_its_deadline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = CacheProcess.Start(
            server.ClientOptions(proxy), _prefix, options => options.CommandTimeout = TimeSpan.FromMilliseconds(800));
        await process.SetAsync("a", "value");
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync(process, "a");

        proxy.Mode = ProxyMode.Forwarding;
        await Waiting.UntilAsync(() => IsDoneAsync(() => process.SetAsync("a", "new")), "an answer");
    }

    [Fact]
    public async Task A_server_that_is_full_still_reads_removes_and_invalidates()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        await using var other = CacheProcess.Start(server.ClientOptions(), _prefix);
        await process.HearAsync();
        await other.HearAsync();
        await process.SetTaggedAsync("tagged", "value", "t");
        await process.SetAsync("plain", "value");
        await process.SetAsync("sliding", "value", Sliding);
        (await other.GetAsync("tagged")).Should().Be("value");
        var before = (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        (await process.GetAsync("plain")).Should().Be("value");
        (await process.GetAsync("sliding")).Should().Be("value");
        await FailsAsync(() => process.SetAsync("new", "value"), "out of memory");
        await FailsAsync(() => process.AddAsync("new", "value"), "out of memory");
        await FailsAsync(() => process.Leases.TryTakeAsync("new", Minute).AsTask(), "out of memory");
        (await process.Cache.RemoveAsync("plain")).Should().BeTrue();
        await process.Cache.InvalidateTagAsync("t");
        (await process.GetAsync("tagged")).Should().BeNull();
        (await other.GetAsync("tagged", Strict)).Should().BeNull();
        await Waiting.UntilAsync(async () => await other.GetAsync("tagged") is null, "the invalidation to be heard");

        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation.Should().BeGreaterThan(before);
        (await other.GetAsync("tagged", Strict)).Should().BeNull();
        await process.SetTaggedAsync("tagged", "new", "t");
        (await other.GetAsync("tagged", Strict)).Should().Be("new");
    }

    [Fact]
    public async Task A_promoted_replica_is_found_and_knows_what_was_invalidated()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var process = CacheProcess.Start(options, _prefix);
        await process.HearAsync();
        await process.SetTaggedAsync("old", "value", "t");
        await process.Cache.InvalidateTagAsync("t");
        await process.SetTaggedAsync("new", "value", "t");
        await pair.CatchUpAsync();
        var before = (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        await pair.PromoteAsync();
        await pair.DemoteOldPrimaryAsync();

        await Waiting.UntilAsync(() => IsDoneAsync(() => process.Cache.InvalidateTagAsync("u").AsTask()), "the new primary to be found");

        (await process.GetAsync("old", Strict)).Should().BeNull();
        (await process.GetAsync("new", Strict)).Should().Be("value");
        await process.Cache.InvalidateTagAsync("t");
        (await process.GetAsync("new", Strict)).Should().BeNull();
        (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation.Should().BeGreaterThan(before);
        await process.SetAsync("after", "value");
        ((string?)await pair.Primary.ExecuteAsync("EXISTS", Root + "c:after").ContinueWith(exists => $"{exists.Result}")).Should().Be("1");
    }

    [Fact]
    public async Task A_server_that_forgot_everything_makes_nothing_valid_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        var old = new CacheEntryOptions { FreshFor = Minute, Tags = await process.Cache.ReadGenerationsAsync(["t"]) };
        await process.Cache.InvalidateTagAsync("t");
        await server.ExecuteAsync("FLUSHALL");

        await process.SetAsync("a", "old", old);

        (await process.GetAsync("a", Strict)).Should().BeNull();
        var generation = (await process.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        generation.Should().BeGreaterThan(old.Tags[0].Generation);
        (await process.GetAsync("a", Strict)).Should().BeNull();
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = CacheProcess.Start(server.ClientOptions(), _prefix);
        for (var i = 0; i < 3; i++)
        {
            await process.SetTaggedAsync("a", $"{i}", "t");
            await process.SetAsync("sliding", "value", Sliding);
            await server.ExecuteAsync("SCRIPT", "FLUSH");
            (await process.GetAsync("sliding")).Should().Be("value");
            await server.ExecuteAsync("SCRIPT", "FLUSH");
            (await process.AddAsync("a", "other")).Should().BeFalse();
            await process.Cache.InvalidateTagAsync("t");
            (await process.AddAsync("a", "other")).Should().BeTrue();
            await server.ExecuteAsync("SCRIPT", "FLUSH");
            (await process.Cache.RemoveAsync("a")).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_slot_that_moves_is_read_and_written_all_the_while()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var process = CacheProcess.Start(cluster.ClientOptions(), _prefix);
        foreach (var key in new[] { "c:{a}", "c:{a}b", "f:{a}", "t:{a}" })
            (await cluster.SlotOfAsync(Root + key)).Should().Be(await cluster.SlotOfAsync("a"));
        await WorkAsync("before");
        var slot = await cluster.SlotOfAsync("a");
        var source = await cluster.MasterOfAsync(slot);
        var move = await cluster.BeginMoveAsync(slot, cluster.Nodes.Take(3).First(node => node != source));
        await WorkAsync("while it has begun");
        await move.MoveKeysAsync(1);
        await WorkAsync("while some are moved");
        await move.MoveKeysAsync();
        await WorkAsync("while all are moved");
        await move.FinishAsync();
        await WorkAsync("after");

        async Task WorkAsync(string text)
        {
            await process.SetTaggedAsync("{a}", text, "{a}");
            await process.SetAsync("{a}b", text, Sliding);
            (await process.GetAsync("{a}", Strict)).Should().Be(text);
            (await process.GetAsync("{a}b")).Should().Be(text);
            var lease = await process.Leases.TryTakeAsync("{a}", Minute);
            lease.IsTaken.Should().BeTrue();
            (await process.AddAsync("{a}", "other")).Should().BeFalse();
            await process.Cache.InvalidateTagAsync("{a}");
            (await process.GetAsync("{a}", Strict)).Should().BeNull();
            var results = new CacheReadResult[2];
            await process.Cache.GetManyAsync(MovingKeys, new ArrayBufferWriter<byte>(), results, Strict);
            results.Select(result => result.IsFound).Should().Equal(false, true);
            (await process.Leases.ReleaseAsync(lease)).Should().BeTrue();
            (await process.Cache.RemoveAsync("{a}b")).Should().BeTrue();
        }
    }

    private static async Task<bool> IsDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }

    private static async Task EachCallAsync(CacheProcess process, string key)
    {
        var lease = CacheFillLease.Taken(key, Guid.NewGuid(), Minute);
        Func<Task>[] calls =
        [
            () => process.GetAsync(key),
            () => process.GetAsync(key, Strict),
            () => process.Cache.GetManyAsync(new[] { key }, new ArrayBufferWriter<byte>(), new CacheReadResult[1]).AsTask(),
            () => process.SetAsync(key, "value"),
            () => process.SetAsync(key, "value", new() { FreshFor = Minute, AnnounceChange = true }),
            () => process.Cache.SetManyAsync(new[] { new CacheEntry(key, default, Sliding) }).AsTask(),
            () => process.AddAsync(key, "value"),
            () => process.Cache.RemoveAsync(key).AsTask(),
            () => process.Cache.InvalidateTagAsync(key).AsTask(),
            () => process.Cache.ReadGenerationsAsync([key]).AsTask(),
            () => process.Leases.TryTakeAsync(key, Minute).AsTask(),
            () => process.Leases.RenewAsync(lease, Minute).AsTask(),
            () => process.Leases.ReleaseAsync(lease).AsTask(),
        ];
        foreach (var call in calls)
        {
            var error = (await call.Should().ThrowAsync<BackendUnavailableException>()).Which;
            error.Operation.Should().StartWith("cache ");
            error.ToString().Split("   at ")[0].Should().NotContain($":{key}").And.NotContain("value");
        }
    }

    private static async Task FailsAsync(Func<Task> call, string reason) =>
        (await call.Should().ThrowAsync<BackendUnavailableException>()).Which.Reason.Should().Contain(reason);

    private async Task PlaceHashAsync(RedisServer server, string key)
    {
        await server.ExecuteAsync("DEL", Root + key);
        await server.ExecuteAsync("HSET", Root + key, "field", "value");
    }
}
