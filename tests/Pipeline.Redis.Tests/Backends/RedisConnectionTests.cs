using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Backends;

/// <summary>One command over the connection, and all that can go wrong with it.</summary>
public sealed class RedisConnectionTests : IAsyncLifetime
{
    private static readonly RedisScript Script = RedisScript.Load("Queues/queue.lua", "Queues/stats.lua");

    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_follows_a_reply_never_holds_up_another_callers_reply()
    {
        await using var connection = Connect();
        await GetAsync(connection);
        using var blocked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var blocks = Task.Run(async () =>
        {
            await GetAsync(connection);
            entered.Set();
            blocked.Wait();
        });
        entered.Wait();

        await GetAsync(connection);

        blocked.Set();
        await blocks;
    }

    [Fact]
    public async Task A_silent_server_ends_a_call_with_its_deadline_and_says_so()
    {
        await using var connection = Connect(options => options.CommandTimeout = TimeSpan.FromMilliseconds(500));
        await Waiting.UntilAsync(() => AnswersAsync(connection), "an answer");
        _server.Pause();

        var thrown = await Assert.ThrowsAsync<BackendUnavailableException>(() => GetAsync(connection));

        _server.Resume();
        thrown.Should().Match<BackendUnavailableException>(one => one.Operation == "test" && one.Reason == "no answer in time" && one.InnerException == null);
        thrown.Backend.Should().Be($"Redis at {_proxy.Address}");
        await Waiting.UntilAsync(() => AnswersAsync(connection), "an answer");
    }

    [Fact]
    public async Task A_connection_of_our_own_that_stays_silent_is_replaced_and_a_borrowed_one_is_left_alone()
    {
        await using var own = Connect(options => options.CommandTimeout = TimeSpan.FromMilliseconds(400));
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(_server.ClientOptions(_proxy));
        await using var borrowed = new RedisConnection(
            RedisSource.Borrow(multiplexer),
            new RedisOptions { CommandTimeout = TimeSpan.FromMilliseconds(400) },
            suite: "",
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisConnection>.Instance);
        // To connect may take longer than these calls may.
        await Waiting.UntilAsync(() => AnswersAsync(own), "an answer");
        await Waiting.UntilAsync(() => AnswersAsync(borrowed), "an answer");
        var (ownBefore, borrowedBefore) = (await own.GetSessionAsync("test", default), await borrowed.GetSessionAsync("test", default));

        // Everything on the open connections is swallowed; new ones work.
        using var silence = _proxy.Silence(command => command.Name == "EXISTS");
        using var silenceToo = _proxy.Silence(command => command.Name == "EXISTS", occurrence: 2);
        await Waiting.UntilAsync(async () => !await AnswersAsync(own) ? false : await own.GetSessionAsync("test", default) != ownBefore, "another connection");
        for (var i = 0; i < 5; i++)
            await AnswersAsync(borrowed);

        (await borrowed.GetSessionAsync("test", default)).Should().BeSameAs(borrowedBefore);
        multiplexer.IsConnected.Should().BeTrue();
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_at_once_and_reached_when_it_is_back()
    {
        await using var connection = Connect();
        await GetAsync(connection);
        _proxy.Mode = ProxyMode.Refusing;
        _proxy.CutConnections();

        await Waiting.UntilAsync(async () => !await AnswersAsync(connection), "the client to notice");
        (await Assert.ThrowsAsync<BackendUnavailableException>(() => GetAsync(connection))).Reason.Should().NotBeNull();

        _proxy.Mode = ProxyMode.Forwarding;
        await Waiting.UntilAsync(() => AnswersAsync(connection), "an answer");
    }

    [Fact]
    public async Task Nothing_is_connected_before_the_first_call_and_a_cancelled_call_is_not_sent()
    {
        await using var connection = Connect();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GetAsync(connection, cancelled.Token));

        _proxy.Accepted.Should().Be(0);
        await GetAsync(connection);
        _proxy.Accepted.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_script_is_sent_by_its_hash_and_whole_once_however_many_callers_meet_a_server_that_forgot_it()
    {
        await using var connection = Connect();
        await EvaluateAsync(connection);
        _proxy.ResetCounts();
        await EvaluateAsync(connection);
        _proxy.Counts().Should().Match<CommandCounts>(counts => counts["EVALSHA"] == 1 && counts.Operations == 1);
        await _server.ExecuteAsync("SCRIPT", "FLUSH");
        _proxy.ResetCounts();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => EvaluateAsync(connection)));

        _proxy.Counts()["EVAL"].Should().BeInRange(1, 2, "those who come while it is loaded wait for that");
        _proxy.Counts()["SCRIPT"].Should().Be(0);
    }

    [Theory]
    [InlineData("NOPERM", "+@read +@connection +@pubsub -exists", "right")]
    [InlineData("WRONGTYPE", "+@all", "did not write")]
    public async Task A_refusal_is_another_exception_that_names_the_mend_and_no_key(string kind, string rights, string wording)
    {
        await using var server = await RedisServer.StartAsync(new() { Password = "admin" });
        await server.ExecuteAsync(["ACL", "SETUSER", "default", "resetkeys", "~*", "-@all", .. rights.Split(' '), "+auth", "+config", "+info", "+cluster", "+echo", "+hset", "+acl"]);
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), "secretprefix");
        if (kind == "WRONGTYPE")
            await server.ExecuteAsync("HSET", "secretprefix:key", "a", "b");

        var thrown = await Assert.ThrowsAsync<BackendRefusedException>(async () => await connection.CallAsync(
            "test",
            (RedisKey)"secretprefix:key",
            (session, key) => kind == "WRONGTYPE" ? session.Database.StringGetAsync(key, RedisConnection.Flags) : ExistsAsync(session, key)));

        thrown.Message.Should().Contain(wording).And.NotContain("secretprefix").And.Contain("test");
        static async Task<RedisValue> ExistsAsync(RedisSession session, RedisKey key) => await session.Database.KeyExistsAsync(key, RedisConnection.Flags);
    }

    [Fact]
    public async Task Out_of_memory_is_told_as_such_and_can_be_repeated_later()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = RedisTestClient.Connect(server.ClientOptions(), "p");
        await GetAsync(connection);
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var thrown = await Assert.ThrowsAsync<BackendUnavailableException>(async () => await connection.CallAsync(
            "test", 0, static (session, _) => session.Database.StringSetAsync("k", "v", null, When.Always, RedisConnection.Flags)));

        thrown.Reason.Should().Contain("out of memory");
    }

    [Fact]
    public async Task After_a_promotion_the_first_call_finds_the_new_primary()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var connection = RedisTestClient.Connect(options, "p");
        await EvaluateAsync(connection);
        var old = pair.Primary;
        await pair.PromoteAsync();
        await old.ExecuteAsync("REPLICAOF", "127.0.0.1", $"{pair.Primary.Port}");

        await connection.CallAsync(
            "test", (RedisKey)"k", static (session, key) => session.Database.ExecuteAsync("SET", new object[] { key, "after" }, RedisConnection.Flags));

        (await pair.Primary.ExecuteAsync("GET", "k")).Should().Be("after");
    }

    [Fact]
    public async Task Tls_and_a_password_work_and_a_wrong_password_is_told_without_it()
    {
        await using var tls = await TlsRedisServer.StartAsync();
        var options = tls.Server.ClientOptions();
        await using (var connection = RedisTestClient.Connect(options, "p"))
            await GetAsync(connection);

        options.Password = "not-the-password";
        await using var wrong = RedisTestClient.Connect(options, "p", settings => settings.CommandTimeout = TimeSpan.FromSeconds(2));
        var thrown = await Assert.ThrowsAsync<BackendUnavailableException>(() => GetAsync(wrong));

        thrown.ToString().Should().NotContain("not-the-password");
    }

    private RedisConnection Connect(Action<RedisOptions>? configure = null) => RedisTestClient.Connect(_server.ClientOptions(_proxy), "test", configure);

    private static async Task<bool> GetAsync(RedisConnection connection, CancellationToken cancellationToken = default) => await connection.CallAsync(
        "test", (RedisKey)"test:key", static (session, key) => session.Database.KeyExistsAsync(key, RedisConnection.Flags), cancellationToken);

    private static async Task<RedisResult> EvaluateAsync(RedisConnection connection) => await connection.EvaluateAsync(Script, "test", ["{q}"], ["c", 1, ""]);

    private static async Task<bool> AnswersAsync(RedisConnection connection)
    {
        try
        {
            await GetAsync(connection);
            return true;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }
}
