using FluentAssertions;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>What goes over the wire, and what stands on the server.</summary>
public sealed class RedisStateCommandTests : IAsyncLifetime
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private StateProcess _process = null!;

    private static StateKey Key => new("space", "key");

    private RedisStateStore Store => _process.Store;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _process = StateProcess.Start(_server.ClientOptions(_proxy), _prefix);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_call_is_one_command()
    {
        await RunAllAsync();
        await _server.ExecuteAsync("FLUSHALL");
        _proxy.ResetCounts();

        await RunAllAsync();

        _proxy.Counts().ToString().Should().StartWith("Operation: EVALSHA 6, GET 1");
        _proxy.Counts().Operations.Should().Be(7);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_once_more()
    {
        await RunAllAsync();
        await _server.ExecuteAsync("SCRIPT", "FLUSH");

        await RunAllAsync();
    }

    [Fact]
    public async Task A_watch_costs_a_look_now_and_then_however_many_there_are()
    {
        await Store.GetAsync(Key);
        _proxy.ResetCounts();
        var watches = Enumerable.Range(0, 50).Select(_ => Store.WatchAsync("space").GetAsyncEnumerator()).ToList();
        foreach (var watch in watches)
            (await watch.MoveNextAsync()).Should().BeTrue();

        // The first look, and no more than one while the fifty were begun.
        _proxy.Counts()["GET"].Should().BeInRange(1, 2);
        _proxy.Counts()["SUBSCRIBE"].Should().BeInRange(1, 2, "the space, and the beat of the connection");
        foreach (var watch in watches)
            await watch.DisposeAsync();
    }

    [Fact]
    public async Task What_stands_on_the_server_is_what_the_documentation_says()
    {
        var written = await Store.CompareAndSetAsync(new StateKey("a{b}%", "tenant/key"), "value"u8.ToArray(), StateEntry.NoVersion, TimeSpan.FromDays(1));
        await Store.CompareAndSetAsync(new StateKey("a{b}%", "for ever"), default, StateEntry.NoVersion);
        var root = $"{_prefix}:s:{{a%7Bb%7D%25}}:";

        var keys = ((object?[])(await _server.ExecuteAsync("KEYS", "*"))!).Cast<string>();
        keys.Should().BeEquivalentTo(root + "v", root + "i", root + "e:tenant/key", root + "e:for ever");
        ((object?[])(await _server.ExecuteAsync("ZRANGE", root + "i", "0", "-1", "WITHSCORES"))!).Should().Equal("for ever", "0", "tenant/key", "0");
        long.Parse((string)(await _server.ExecuteAsync("GET", root + "v"))!, System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThan(written.Version);
        ((long)(await _server.ExecuteAsync("PTTL", root + "e:tenant/key"))!).Should().BeInRange(1, 86_400_001);
        ((long)(await _server.ExecuteAsync("PTTL", root + "e:for ever"))!).Should().Be(-1);
    }

    [Fact]
    public async Task A_version_is_the_server_s_time_and_goes_on_where_it_was_ahead()
    {
        var first = (await Store.CompareAndSetAsync(Key, default, StateEntry.NoVersion)).Version;
        var time = await Store.GetTimeAsync();
        DateTimeOffset.UnixEpoch.AddMicroseconds(first).Should().BeCloseTo(time, TimeSpan.FromMinutes(1));

        var ahead = first + 86_400_000_000L;
        await _server.ExecuteAsync("SET", $"{_prefix}:s:{{space}}:v", $"{ahead}");
        (await Store.CompareAndSetAsync(Key, default, first)).Version.Should().Be(ahead + 1);

        await _server.ExecuteAsync("FLUSHALL");
        (await Store.CompareAndSetAsync(Key, default, StateEntry.NoVersion)).Version.Should().BeGreaterThan(first);
    }

    [Fact]
    public async Task Names_of_what_has_expired_do_not_pile_up()
    {
        const int Entries = 400;
        for (var i = 0; i < Entries; i++)
        {
            await Store.CompareAndSetAsync(new StateKey("space", $"k{i}"), default, StateEntry.NoVersion, TimeSpan.FromMilliseconds(1));
            await _server.ExecuteAsync("PING");
        }

        ((long)(await _server.ExecuteAsync("ZCARD", $"{_prefix}:s:{{space}}:i"))!).Should().BeLessThan(Entries / 4);

        await Waiting.UntilAsync(async () => (await Store.GetAsync(new StateKey("space", $"k{Entries - 1}"))) is null, "the last entry to expire");
        var pages = 0;
        for (string? after = null; pages == 0 || after is not null; pages++)
            after = (await Store.ListAsync("space", after: after, limit: 1)).Next;
        ((long)(await _server.ExecuteAsync("EXISTS", $"{_prefix}:s:{{space}}:i"))!).Should().Be(0);
    }

    private async Task RunAllAsync()
    {
        var written = await Store.CompareAndSetAsync(Key, "1"u8.ToArray(), StateEntry.NoVersion, TimeSpan.FromMinutes(1));
        (await Store.CompareAndSetAsync(Key, "2"u8.ToArray(), StateEntry.NoVersion)).Succeeded.Should().BeFalse();
        (await Store.CompareAndSetAsync(Key, "2"u8.ToArray(), written.Version)).Succeeded.Should().BeTrue();
        (await Store.GetAsync(Key)).Should().NotBeNull();
        (await Store.ListAsync("space")).Items.Should().ContainSingle();
        (await Store.DeleteAsync(Key)).Should().BeTrue();
        await Store.GetTimeAsync();
    }
}
