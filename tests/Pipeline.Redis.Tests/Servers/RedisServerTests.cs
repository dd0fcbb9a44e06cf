using System.Diagnostics;
using FluentAssertions;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Servers;

public sealed class RedisServerTests
{
    [Fact]
    public async Task A_server_that_is_killed_keeps_what_its_append_only_file_has()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendFsync = "always" });
        await server.ExecuteAsync("SET", "key", "value");
        var (port, process) = (server.Port, server.ProcessId);

        await server.KillAsync();
        await server.RestartAsync();

        (await server.ExecuteAsync("GET", "key")).Should().Be("value");
        server.Port.Should().Be(port);
        server.ProcessId.Should().NotBe(process);
    }

    [Fact]
    public async Task A_server_without_an_append_only_file_forgets()
    {
        await using var server = await RedisServer.StartAsync();
        await server.ExecuteAsync("SET", "key", "value");

        await server.RestartAsync();

        (await server.ExecuteAsync("GET", "key")).Should().BeNull();
    }

    [Fact]
    public async Task A_paused_server_answers_when_it_is_resumed()
    {
        await using var server = await RedisServer.StartAsync();
        using var connection = await server.OpenAsync();
        server.Pause();

        var reply = connection.ExecuteAsync(["PING"]);
        var wasAnswered = reply.IsCompleted;
        server.Resume();

        wasAnswered.Should().BeFalse();
        (await reply).Should().Be("PONG");
    }

    [Fact]
    public async Task A_paused_server_can_be_stopped()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendFsync = "no" });
        await server.ExecuteAsync("SET", "key", "value");
        server.Pause();

        await server.StopAsync();
        await server.RestartAsync();

        (await server.ExecuteAsync("GET", "key")).Should().Be("value");
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        var start = () => RedisServer.StartAsync(new() { Settings = ["no-such-setting yes"] });

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*no-such-setting*");
    }

    [Fact]
    public async Task A_server_out_of_memory_refuses_to_write()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "1" });

        var set = () => server.ExecuteAsync("SET", "key", "value");

        (await set.Should().ThrowAsync<RespException>()).Which.Code.Should().Be("OOM");
    }

    [Fact]
    public async Task A_user_may_do_what_the_access_list_says()
    {
        await using var server = await RedisServer.StartAsync(new() { Password = "all", Users = ["reader on >secret ~* +@read"] });
        using var connection = await server.OpenAsync();
        await connection.ExecuteAsync(["AUTH", "reader", "secret"]);

        var set = () => connection.ExecuteAsync(["SET", "key", "value"]);

        (await connection.ExecuteAsync(["GET", "key"])).Should().BeNull();
        (await set.Should().ThrowAsync<RespException>()).Which.Code.Should().Be("NOPERM");
    }

    [Fact]
    public async Task A_client_connects_over_tls_with_the_password_and_no_other()
    {
        await using var tls = await TlsRedisServer.StartAsync();
        await using var other = await TlsRedisServer.StartAsync();
        var distrusting = other.Server.ClientOptions();
        distrusting.EndPoints.Clear();
        distrusting.EndPoints.Add(tls.Server.EndPoint);
        var unknown = tls.Server.ClientOptions();
        unknown.Password = "wrong";

        using var connection = await ConnectionMultiplexer.ConnectAsync(tls.Server.ClientOptions());
        await connection.GetDatabase().StringSetAsync("key", "value");

        (await tls.Server.ExecuteAsync("GET", "key")).Should().Be("value");
        await Connecting(distrusting).Should().ThrowAsync<RedisConnectionException>();
        await Connecting(unknown).Should().ThrowAsync<RedisConnectionException>();

        static Func<Task> Connecting(ConfigurationOptions options) => () => ConnectionMultiplexer.ConnectAsync(options);
    }

    [Fact]
    public async Task A_promoted_replica_has_what_it_had_caught_up_with_and_takes_writes()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        await pair.Primary.ExecuteAsync("SET", "key", "value");
        await pair.CatchUpAsync();
        var old = pair.Primary;
        var write = () => pair.Replica.ExecuteAsync("SET", "key", "other");
        (await write.Should().ThrowAsync<RespException>()).Which.Code.Should().Be("READONLY");

        await old.KillAsync();
        await pair.PromoteAsync();
        await pair.Primary.ExecuteAsync("APPEND", "key", ", more");
        await old.RestartAsync();
        await pair.DemoteOldPrimaryAsync();

        (await old.ExecuteAsync("GET", "key")).Should().Be("value, more");
    }

    [Fact]
    public async Task A_watch_ends_the_servers_of_a_process_that_was_killed()
    {
        // Stands in for a test process: it starts a watch over a server and is killed.
        var folder = Directory.CreateTempSubdirectory("pipeline-watch-").FullName;
        using var server = Process.Start(new ProcessStartInfo("sleep", ["infinity"]))!;
        using var holder = Process.Start(new ProcessStartInfo("sleep", ["infinity"]) { UseShellExecute = false, RedirectStandardInput = true })!;
        using var watch = ServerWatch.StartShell(folder);
        watch.StandardInput.WriteLine($"+ {holder.Id}");
        watch.StandardInput.WriteLine($"+ {server.Id}");
        watch.StandardInput.WriteLine($"- {holder.Id}");
        watch.StandardInput.Close();

        await server.WaitForExitAsync();
        await watch.WaitForExitAsync();

        Directory.Exists(folder).Should().BeFalse();
        holder.HasExited.Should().BeFalse("the watch was told that it need not end this one");
        holder.Kill();
    }
}
