using FluentAssertions;
using Npgsql;
using Xunit;

namespace Pipeline.Postgres.Servers;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_durable_server_that_is_killed_keeps_what_was_committed()
    {
        await using var server = await PostgresServer.StartAsync(new() { Durable = true });
        await server.ExecuteAsync("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
        var (port, process) = (server.Port, server.ProcessId);

        await server.KillAsync();
        await server.StartAgainAsync();

        (await server.ScalarAsync("SELECT count(*) FROM kept")).Should().Be(1L);
        (await server.ScalarAsync("SHOW fsync")).Should().Be("on");
        server.Port.Should().Be(port);
        server.ProcessId.Should().NotBe(process);
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task A_server_that_is_stopped_starts_again_with_its_data(PostgresStop how)
    {
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("CREATE TABLE kept (id int)");
        await using var idle = await server.OpenAsync();

        await server.StopAsync(how);
        var wasRunning = server.IsRunning;
        await server.StartAgainAsync();

        wasRunning.Should().BeFalse();
        (await server.ScalarAsync("SELECT count(*) FROM kept")).Should().Be(0L);
    }

    [Fact]
    public async Task A_paused_server_answers_when_it_is_resumed()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = await server.OpenAsync();
        await using var select = new NpgsqlCommand("SELECT 1", connection);
        server.Pause();

        var reply = select.ExecuteScalarAsync();
        var wasAnswered = reply.IsCompleted;
        server.Resume();

        wasAnswered.Should().BeFalse();
        (await reply).Should().Be(1);
    }

    [Fact]
    public async Task A_paused_server_can_be_killed_and_stopped()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = await server.OpenAsync();
        server.Pause();
        await server.KillAsync();
        await server.StartAgainAsync();
        server.Pause();

        await server.StopAsync();

        server.IsRunning.Should().BeFalse();
    }

    [Fact]
    public async Task Terminating_ends_the_sessions_of_clients()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = await server.OpenAsync();
        await using var select = new NpgsqlCommand("SELECT 1", connection);

        var ended = await server.TerminateBackendsAsync();

        ended.Should().Be(1);
        (await select.Invoking(command => command.ExecuteScalarAsync()).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("57P01");
    }

    [Fact]
    public async Task A_client_needs_the_password()
    {
        await using var server = await PostgresServer.StartAsync(new() { Password = "a test's password" });
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Password = "wrong" }.ConnectionString;
        await using var connection = new NpgsqlConnection(wrong);

        (await server.ScalarAsync("SELECT 1")).Should().Be(1);
        (await connection.Invoking(refused => refused.OpenAsync()).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("28P01");
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        var start = () => PostgresServer.StartAsync(new() { Settings = new Dictionary<string, string> { ["no_such_setting"] = "on" } });

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*no_such_setting*");
    }

    [Fact]
    public async Task Vectors_are_there_or_cannot_be_had_by_anybody()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var plain = await PostgresServer.StartAsync(new() { WithVector = false });
        const string Create = "CREATE EXTENSION vector";

        await server.ExecuteAsync(Create);

        (await server.ScalarAsync("SELECT '[1,2]'::halfvec(2)::text")).Should().Be("[1,2]");
        (await plain.ScalarAsync("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")).Should().Be(0L);
        (await plain.Invoking(node => node.ExecuteAsync(Create)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("0A000");
        await plain.ExecuteAsync("CREATE EXTENSION pg_trgm");
    }

    [Fact]
    public async Task A_standby_follows_refuses_writes_and_takes_them_when_it_is_promoted()
    {
        await using var primary = await PostgresServer.StartAsync(new() { Password = "secret" });
        await primary.ExecuteAsync("CREATE TABLE followed (id int)");
        await using var standby = await primary.CreateStandbyAsync();
        const string Insert = "INSERT INTO followed VALUES (1)";
        await primary.ExecuteAsync(Insert);

        await primary.WaitForStandbyAsync(standby);
        var refused = await standby.Invoking(node => node.ExecuteAsync(Insert)).Should().ThrowAsync<PostgresException>();
        await primary.KillAsync();
        await standby.PromoteAsync();
        await standby.ExecuteAsync(Insert);

        refused.Which.SqlState.Should().Be("25006");
        (await standby.ScalarAsync("SELECT count(*) FROM followed")).Should().Be(2L);
    }

    [Fact]
    public async Task A_full_disk_refuses_rows_until_there_is_room()
    {
        await using var server = await PostgresServer.StartAsync(new() { SmallDisk = "8m" });
        var tablespace = await server.CreateTablespaceAsync();
        await server.ExecuteAsync($"CREATE TABLE kept (text text) TABLESPACE {PostgresTablespace.Name}; INSERT INTO kept VALUES ('first')");
        var insert = () => server.ExecuteAsync("INSERT INTO kept SELECT repeat('x', 1000) FROM generate_series(1, 100)");

        tablespace.Fill();
        var full = await insert.Should().ThrowAsync<PostgresException>();
        tablespace.Free();
        await insert();

        full.Which.SqlState.Should().Be(PostgresErrorCodes.DiskFull);
        (await server.ScalarAsync("SELECT count(*) FROM kept")).Should().Be(101L);
    }
}
