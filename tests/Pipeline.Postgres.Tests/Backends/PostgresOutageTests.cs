using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>Servers that go down, or lack a right, a disk or a connection.</summary>
public sealed class PostgresOutageTests
{
    [Fact]
    public async Task A_server_that_is_down_is_told_at_once_and_reached_when_it_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = PostgresTestClient.Connect(server.ConnectionString("postgres"));
        await connection.AskAsync();
        await server.StopAsync();

        await Waiting.UntilAsync(async () => !await connection.AnswersAsync(), "the client to notice");
        (await connection.FailsAsync()).Reason.Should().Be("no connection");

        await server.StartAgainAsync();
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
    }

    [Fact]
    public async Task An_immediate_restart_in_the_middle_of_calls_is_an_outage_for_them_and_nothing_more()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = PostgresTestClient.Connect(server.ConnectionString("postgres"));
        await connection.AskAsync();
        var calls = Enumerable.Range(0, 8).Select(_ => connection.FailsAsync("SELECT pg_sleep(60)")).ToArray();
        await Waiting.UntilAsync(async () => await server.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'") is >= 8L, "all to run");

        await server.StopAsync(PostgresStop.Immediate);
        await server.StartAgainAsync();

        await Task.WhenAll(calls);
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
        (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => connection.AnswersAsync()))).Should().Contain(true);
    }

    [Fact]
    public async Task Sessions_that_are_ended_from_outside_are_opened_anew()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = PostgresTestClient.Connect(server.ConnectionString("postgres"));
        var call = connection.FailsAsync("SELECT pg_sleep(60)");
        await Waiting.UntilAsync(async () => await server.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'") is 1L, "it to run");

        await server.TerminateBackendsAsync();

        (await call).Reason.Should().Be("the server is starting or stopping");
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
    }

    [Fact]
    public async Task A_disk_that_is_full_is_an_outage_until_there_is_room()
    {
        await using var server = await PostgresServer.StartAsync(new() { SmallDisk = "16m" });
        var tablespace = await server.CreateTablespaceAsync();
        await using var connection = PostgresTestClient.Connect(server.ConnectionString("postgres"));
        await connection.RunAsync($"CREATE TABLE kept (text text) TABLESPACE {PostgresTablespace.Name}; INSERT INTO kept VALUES ('first')");
        const string Insert = "INSERT INTO kept SELECT repeat('x', 1000) FROM generate_series(1, 100)";

        tablespace.Fill();
        (await connection.FailsAsync(Insert)).Reason.Should().Be("the server's disk is full");
        (await connection.AskAsync("SELECT count(*) FROM kept")).Should().Be(1L, "reading goes on");
        tablespace.Free();

        await connection.RunAsync(Insert);
        (await connection.AskAsync("SELECT count(*) FROM kept")).Should().Be(101L);
    }

    [Fact]
    public async Task A_missing_right_a_wrong_password_and_a_database_that_is_not_there_are_each_told_apart()
    {
        await using var server = await PostgresServer.StartAsync(new() { Password = "secret" });
        var connectionString = await server.CreateDatabaseAsync("app");
        await using var owner = PostgresTestClient.Connect(connectionString);
        await owner.RunAsync("CREATE ROLE app LOGIN PASSWORD 'hidden'; GRANT USAGE ON SCHEMA pipeline TO app; GRANT SELECT ON pipeline.schema_version TO app; CREATE TABLE pipeline.mine (id int)");
        await using var connection = PostgresTestClient.Connect(PostgresCalls.With(connectionString, builder => (builder.Username, builder.Password) = ("app", "hidden")));
        await using var wrong = PostgresTestClient.Connect(PostgresCalls.With(connectionString, builder => builder.Password = "hunter2"));
        await using var nowhere = PostgresTestClient.Connect(PostgresCalls.With(connectionString, builder => builder.Database = "nowhere"));

        var refused = await FluentActions.Awaiting(async () => await connection.AskAsync("SELECT * FROM pipeline.mine")).Should().ThrowAsync<BackendRefusedException>();
        refused.Which.Message.Should().Contain("lacks a right").And.Contain("docs/postgres.md");
        var login = await wrong.FailsAsync();
        login.Reason.Should().Contain("check the user's name and password");
        login.ToString().Should().NotContain("hunter2");
        var missing = await FluentActions.Awaiting(async () => await nowhere.AskAsync()).Should().ThrowAsync<BackendRefusedException>();
        missing.Which.Message.Should().Contain("does not exist").And.Contain("Create it");
    }

    [Fact]
    public async Task A_server_without_connections_left_is_an_outage_that_says_so()
    {
        await using var server = await PostgresServer.StartAsync(new() { Settings = new Dictionary<string, string> { ["max_connections"] = "10", ["superuser_reserved_connections"] = "3" } });
        var connectionString = server.ConnectionString("postgres");
        await using (var owner = PostgresTestClient.Connect(connectionString))
            await owner.RunAsync("CREATE ROLE app LOGIN SUPERUSER; ALTER ROLE app NOSUPERUSER; GRANT ALL ON SCHEMA pipeline TO app; GRANT ALL ON ALL TABLES IN SCHEMA pipeline TO app");
        var asApp = PostgresCalls.With(connectionString, builder => builder.Username = "app");
        await using var others = NpgsqlDataSource.Create(asApp);
        var open = new List<NpgsqlConnection>();
        await using var connection = PostgresTestClient.Connect(asApp);
        try
        {
            while (true)
                open.Add(await others.OpenConnectionAsync());
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // As many as there are.
        }

        (await connection.FailsAsync()).Reason.Should().Contain("max_connections");
        foreach (var one in open)
            await one.DisposeAsync();
    }
}
