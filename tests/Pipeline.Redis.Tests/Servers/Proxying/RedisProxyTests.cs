using FluentAssertions;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Servers.Proxying;

public sealed class RedisProxyTests : IAsyncLifetime
{
    private readonly string _prefix = RedisNodeFixture.NewPrefix();
    private RedisServer? _server;
    private RedisProxy? _proxy;
    private ConnectionMultiplexer? _connection;

    private RedisServer Server => _server!;

    private RedisProxy Proxy => _proxy!;

    private IDatabase Database => _connection!.GetDatabase();

    private RedisKey Key => _prefix + "key";

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _connection = await ConnectionMultiplexer.ConnectAsync(_server.ClientOptions(_proxy));
    }

    public async Task DisposeAsync()
    {
        _connection?.Dispose();
        await Proxy.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task Every_operation_of_a_client_counts_once_and_its_housekeeping_apart()
    {
        Proxy.Counts().Operations.Should().Be(0, "connecting is housekeeping: {0}", Proxy.Counts());
        Proxy.Counts().Housekeeping.Should().BeGreaterThan(0);
        await Waiting.UntilAsync(() => Task.FromResult(Proxy.Counts().Subscriptions == 1), "the client's own subscription");
        Proxy.ResetCounts();

        await Database.StringSetAsync(Key, new byte[300_000]);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Database.StringGetAsync(Key)));
        await Database.ScriptEvaluateAsync("return redis.call('GET', KEYS[1])", [Key]);
        await Database.PingAsync();

        var counts = Proxy.Counts();
        counts["SET"].Should().Be(1);
        counts["GET"].Should().BeGreaterThanOrEqualTo(500, "the client itself may read its tie-breaker: {0}", counts);
        counts.Scripts.Should().Be(1);
        counts["PING"].Should().BeGreaterThanOrEqualTo(1);
        counts.Operations.Should().Be(503, "the client loads the script first: {0}", counts);
    }

    [Fact]
    public async Task A_dropped_reply_is_that_of_a_command_that_ran()
    {
        using var fault = Proxy.DropReply("INCR", occurrence: 2);
        await Database.StringIncrementAsync(Key);

        var increment = () => Database.StringIncrementAsync(Key);

        await increment.Should().ThrowAsync<RedisConnectionException>();
        (await fault.Happened)[1].Should().Be(Key);
        (await Server.ExecuteAsync("GET", Key!)).Should().Be("2");
    }

    [Fact]
    public async Task A_cut_before_a_command_keeps_it_from_the_server()
    {
        using var fault = Proxy.CutBefore(command => command.Name is "INCR");

        var increment = () => Database.StringIncrementAsync(Key);

        await increment.Should().ThrowAsync<RedisConnectionException>();
        (await Server.ExecuteAsync("GET", Key!)).Should().BeNull();
    }

    [Fact]
    public async Task A_silent_connection_answers_no_more_though_the_server_runs_on()
    {
        using var client = await RespConnection.ConnectAsync(Proxy.EndPoint);
        using var fault = Proxy.Silence(command => command.Name is "INCR");

        var increment = client.ExecuteAsync(["INCR", Key!]);
        await fault.Happened;

        (await Server.ExecuteAsync("GET", Key!)).Should().Be("1");
        increment.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Cutting_resets_every_connection_and_the_client_comes_back()
    {
        using var other = await RespConnection.ConnectAsync(Proxy.EndPoint);
        await other.ExecuteAsync(["PING"]);
        var accepted = Proxy.Accepted;

        Proxy.CutConnections();

        await other.Invoking(connection => connection.ExecuteAsync(["PING"])).Should().ThrowAsync<IOException>();

        // The client says that it is connected again a moment before its calls succeed.
        await Waiting.UntilAsync(AnswersAsync, "the client to come back");
        Proxy.Accepted.Should().BeGreaterThan(accepted);
    }

    // While it connects anew, the client also throws from the call itself.
    private Task<bool> AnswersAsync() => Task.Run(() => Database.PingAsync()).ContinueWith(ping => ping.IsCompletedSuccessfully, TaskScheduler.Default);

    [Fact]
    public async Task A_stalled_proxy_takes_connections_and_passes_on_what_came_when_the_stall_ends()
    {
        using var before = await RespConnection.ConnectAsync(Proxy.EndPoint);
        await before.ExecuteAsync(["PING"]);
        Proxy.Mode = ProxyMode.Stalled;
        using var after = await RespConnection.ConnectAsync(Proxy.EndPoint);

        Task<object?>[] replies = [before.ExecuteAsync(["INCR", Key!]), after.ExecuteAsync(["INCR", Key!])];
        await Waiting.UntilAsync(() => Task.FromResult(Proxy.Counts()["INCR"] == 1), "the proxy to receive");
        var ranMeanwhile = await Server.ExecuteAsync("GET", Key!);
        Proxy.Mode = ProxyMode.Forwarding;

        ranMeanwhile.Should().BeNull();
        (await Task.WhenAll(replies)).Should().BeEquivalentTo(new object[] { 1L, 2L });
    }

    [Fact]
    public async Task A_proxy_that_does_not_answer_new_connections_serves_the_old_ones()
    {
        using var before = await RespConnection.ConnectAsync(Proxy.EndPoint);
        await before.ExecuteAsync(["PING"]);
        Proxy.Mode = ProxyMode.NotAnsweringNew;
        using var after = await RespConnection.ConnectAsync(Proxy.EndPoint);

        var late = after.ExecuteAsync(["PING"]);

        (await before.ExecuteAsync(["PING"])).Should().Be("PONG");
        late.IsCompleted.Should().BeFalse();
        Proxy.Mode = ProxyMode.Forwarding;
        (await late).Should().Be("PONG");
    }

    [Fact]
    public async Task A_proxy_that_refuses_comes_back_on_its_port()
    {
        Proxy.Mode = ProxyMode.Refusing;
        var connect = () => RespConnection.ConnectAsync(Proxy.EndPoint);
        (await connect.Should().ThrowAsync<System.Net.Sockets.SocketException>())
            .Which.SocketErrorCode.Should().Be(System.Net.Sockets.SocketError.ConnectionRefused);

        Proxy.Mode = ProxyMode.Forwarding;

        using var client = await connect();
        (await client.ExecuteAsync(["PING"])).Should().Be("PONG");
    }

    [Fact]
    public async Task A_held_command_reaches_the_server_when_it_is_released()
    {
        using var hold = Proxy.Hold("INCR");

        var increment = Database.StringIncrementAsync(Key);
        await hold.Reached;
        var ranMeanwhile = await Server.ExecuteAsync("GET", Key!);
        hold.Release();

        ranMeanwhile.Should().BeNull();
        (await increment).Should().Be(1);
    }

    [Fact]
    public async Task Delays_add_up_and_overlap()
    {
        Proxy.RequestDelay = TimeSpan.FromMilliseconds(30);
        Proxy.ReplyDelay = TimeSpan.FromMilliseconds(20);
        var started = System.Diagnostics.Stopwatch.StartNew();

        await Database.PingAsync();
        var one = started.Elapsed;
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Database.PingAsync()));

        // Nothing is ever early; a thousand that did not overlap would take 50 seconds.
        one.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(49));
        started.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_reply_passes_before_the_end_of_the_connection_does()
    {
        Proxy.ReplyDelay = TimeSpan.FromMilliseconds(20);
        using var client = await RespConnection.ConnectAsync(Proxy.EndPoint);

        var quit = await client.ExecuteAsync(["QUIT"]);
        var more = () => client.ExecuteAsync(["PING"]);

        quit.Should().Be("OK");
        await more.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Messages_pass_to_subscribers()
    {
        var received = new TaskCompletionSource<string>();
        await _connection!.GetSubscriber().SubscribeAsync(_prefix + "news", (_, message) => received.TrySetResult(message!));

        await Server.ExecuteAsync("PUBLISH", _prefix + "news", "hello");

        (await received.Task).Should().Be("hello");
    }
}
