using System.Text;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>A server that is down, silent, full, a replica, or holds somebody else's data.</summary>
public sealed class RedisStateFailureTests
{
    private static readonly StateKey Key = new("space", "key");
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(300);

    private readonly string _prefix = RedisTestClient.NewPrefix();

    private string Root => $"{_prefix}:s:{{space}}:";

    [Fact]
    public async Task A_server_that_is_down_is_unavailable_and_used_again_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always" });
        await using var process = StateProcess.Start(server.ClientOptions(), _prefix);
        await WriteAsync(process, "before");
        await server.KillAsync();

        await EachCallAsync<BackendUnavailableException>(process);

        await server.RestartAsync();
        await Waiting.UntilAsync(() => ReadsAsync(process, "before"), "the server to be used again");
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = StateProcess.Start(server.ClientOptions(proxy), _prefix, Impatient);
        await Waiting.UntilAsync(async () => await process.Store.GetAsync(Key).AsTask().ContinueWith(read => read.IsCompletedSuccessfully), "an answer in so short a time");
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync<BackendUnavailableException>(process);

        proxy.Mode = ProxyMode.Forwarding;
        await Waiting.UntilAsync(async () => await process.Store.GetAsync(Key).AsTask().ContinueWith(read => read.IsCompletedSuccessfully), "an answer");
    }

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_found_by_reading()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = StateProcess.Start(server.ClientOptions(proxy), _prefix);
        await process.Store.GetTimeAsync();
        await WriteAsync(process, "warm");
        await process.Store.DeleteAsync(Key);
        using var fault = proxy.DropReply("EVALSHA");

        await process.Store.Invoking(store => store.CompareAndSetAsync(Key, "written"u8.ToArray(), StateEntry.NoVersion).AsTask())
            .Should().ThrowAsync<BackendUnavailableException>();

        await fault.Happened;
        await Waiting.UntilAsync(() => ReadsAsync(process, "written"), "the write");
    }

    [Fact]
    public async Task A_full_server_takes_no_writes_changes_nothing_and_lets_room_be_made()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = StateProcess.Start(server.ClientOptions(), _prefix);
        await WriteAsync(process, "before");
        var counter = await server.ExecuteAsync("GET", Root + "v");
        await using var changes = process.Store.WatchAsync("space").GetAsyncEnumerator();
        await changes.MoveNextAsync();
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var version = (await process.Store.GetAsync(Key))!.Value.Version;
        foreach (var write in (Func<Task>[])[
            async () => await process.Store.CompareAndSetAsync(Key, "new"u8.ToArray(), version),
            async () => await process.Store.CompareAndSetAsync(new StateKey("space", "other"), "new"u8.ToArray(), StateEntry.NoVersion)])
        {
            (await write.Should().ThrowAsync<BackendUnavailableException>()).Which.Reason.Should().Contain("out of memory");
        }

        (await ReadsAsync(process, "before")).Should().BeTrue();
        (await server.ExecuteAsync("GET", Root + "v")).Should().Be(counter);
        (await process.Store.ListAsync("space")).Items.Should().ContainSingle();
        (await process.Store.DeleteAsync(Key, version)).Should().BeTrue();
        await changes.MoveNextAsync();
        changes.Current.Should().Be(new StateChange(StateChangeKind.Deleted, Key), "what the server refused is not reported");
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await WriteAsync(process, "after");
    }

    [Fact]
    public async Task After_a_promotion_the_new_primary_is_used()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var process = StateProcess.Start(options, _prefix);
        await WriteAsync(process, "before");
        await pair.CatchUpAsync();
        await pair.PromoteAsync();
        await pair.DemoteOldPrimaryAsync();

        await Waiting.UntilAsync(
            async () => await process.Store.CompareAndSetAsync(Key, "after"u8.ToArray(), (await process.Store.GetAsync(Key))!.Value.Version).AsTask()
                .ContinueWith(write => write.IsCompletedSuccessfully && write.Result.Succeeded),
            "a write to the new primary");
        ((long)(await pair.Primary.ExecuteAsync("EXISTS", Root + "e:key"))!).Should().Be(1);
    }

    [Theory]
    [InlineData("e:key")]
    [InlineData("v")]
    [InlineData("i")]
    public async Task Another_type_under_a_key_of_ours_is_refused_and_left_alone(string name)
    {
        await using var process = StateProcess.Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix);
        var database = await DatabaseAsync();
        await database.HashSetAsync(Root + name, "field", "theirs");

        await process.Store.Invoking(store => store.CompareAndSetAsync(Key, default, StateEntry.NoVersion).AsTask())
            .Should().ThrowAsync<BackendRefusedException>();

        ((string?)await database.HashGetAsync(Root + name, "field")).Should().Be("theirs");
        if (name != "e:key")
            (await database.KeyExistsAsync(Root + "e:key")).Should().BeFalse("what is refused has changed nothing");
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345678")]
    [InlineData("somebody else's data, which is longer than a header")]
    [InlineData("\u0002from a later version, whose entries begin so")]
    public async Task Foreign_bytes_are_refused_left_alone_and_do_not_hide_other_entries(string foreign)
    {
        await using var process = StateProcess.Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix);
        var store = process.Store;
        await WriteAsync(process, "value");
        await store.CompareAndSetAsync(new StateKey("space", "other"), default, StateEntry.NoVersion);
        var version = (await store.GetAsync(Key))!.Value.Version;
        var database = await DatabaseAsync();
        await database.StringSetAsync(Root + "e:key", foreign);

        await store.Invoking(s => s.GetAsync(Key).AsTask()).Should().ThrowAsync<BackendRefusedException>();
        if (foreign.Length > 0)
        {
            await store.Invoking(s => s.CompareAndSetAsync(Key, default, StateEntry.NoVersion).AsTask()).Should().ThrowAsync<BackendRefusedException>();
            await store.Invoking(s => s.CompareAndSetAsync(Key, default, version).AsTask()).Should().ThrowAsync<BackendRefusedException>();
            await store.Invoking(s => s.DeleteAsync(Key).AsTask()).Should().ThrowAsync<BackendRefusedException>();
        }

        (await store.ListAsync("space")).Items.Select(item => item.Key.Key).Should().Equal("other");
        ((string?)await database.StringGetAsync(Root + "e:key")).Should().Be(foreign);
    }

    [Fact]
    public async Task A_slot_that_moves_loses_nothing()
    {
        await using var cluster = await RedisCluster.StartAsync(withProxies: true);
        await using var process = StateProcess.Start(cluster.ClientOptions(), _prefix);
        const int Entries = 20;
        for (var i = 0; i < Entries; i++)
            await process.Store.CompareAndSetAsync(new StateKey("space", $"k{i:D2}"), default, StateEntry.NoVersion);
        var slot = await cluster.SlotOfAsync(Root + "v");
        var source = await cluster.MasterOfAsync(slot);
        var move = await cluster.BeginMoveAsync(slot, cluster.Nodes.Take(3).First(node => node != source));

        // Every few keys, calls that may fail but must not take what they cannot see for expired.
        while ((await move.MoveKeysAsync(atMost: 3)).Count > 0)
        {
            foreach (var call in (Func<Task>[])[
                async () => await process.Store.ListAsync("space"),
                async () => await process.Store.ListAsync("space", limit: 1),
                async () => await process.Store.CompareAndSetAsync(new StateKey("space", $"new{Guid.NewGuid():N}"), default, StateEntry.NoVersion)])
            {
                try
                {
                    await call();
                }
                catch (BackendUnavailableException)
                {
                    // Half of the space is elsewhere.
                }
            }
        }

        await move.FinishAsync();
        await Waiting.UntilAsync(
            async () => await process.Store.ListAsync("space", "k").AsTask().ContinueWith(list => list.IsCompletedSuccessfully && list.Result.Items.Count == Entries),
            "all entries on their new server");
        (await process.Store.CompareAndSetAsync(Key, default, StateEntry.NoVersion)).Succeeded.Should().BeTrue();
    }

    private static async Task EachCallAsync<TException>(StateProcess process)
        where TException : Exception
    {
        foreach (var call in (Func<Task>[])[
            async () => await process.Store.GetAsync(Key),
            async () => await process.Store.CompareAndSetAsync(Key, default, StateEntry.NoVersion),
            async () => await process.Store.DeleteAsync(Key, 1),
            async () => await process.Store.ListAsync("space"),
            async () => await process.Store.GetTimeAsync()])
        {
            await call.Should().ThrowAsync<TException>();
        }
    }

    private static async Task<StackExchange.Redis.IDatabase> DatabaseAsync() =>
        (await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(await SharedServers.NodeAsync())).GetDatabase();

    private static async Task WriteAsync(StateProcess process, string value) =>
        (await process.Store.CompareAndSetAsync(Key, Encoding.UTF8.GetBytes(value), StateEntry.NoVersion)).Succeeded.Should().BeTrue();

    private static async Task<bool> ReadsAsync(StateProcess process, string value)
    {
        try
        {
            return await process.Store.GetAsync(Key) is { } entry && Encoding.UTF8.GetString(entry.Value.Span) == value;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }
}
