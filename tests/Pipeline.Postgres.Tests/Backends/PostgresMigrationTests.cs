using System.Diagnostics;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>The schema: made, brought up to date, verified, and by whom.</summary>
public sealed class PostgresMigrationTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private readonly string _schema = $"s{Guid.NewGuid():N}";

    [Fact]
    public async Task Processes_that_start_at_the_same_time_migrate_once()
    {
        var processes = Enumerable.Range(0, 6).Select(_ => Connect()).ToArray();

        await Task.WhenAll(processes.Select(process => process.PrepareAsync(default)));

        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.schema_version", fixture.Database)).Should().Be((long)Applied(PostgresSchema.CreateScript()));
        (await processes[0].ReadSchemaVersionAsync(default)).Should().Be(PostgresSchema.Version);
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    [Fact]
    public async Task A_start_whose_schema_is_right_reads_and_changes_nothing()
    {
        await using (var first = Connect())
            await first.PrepareAsync(default);
        var before = await TimesAsync();
        await using var second = Connect(options => options.MigrateOnStart = false);

        await second.PrepareAsync(default);

        (await TimesAsync()).Should().Be(before);
    }

    [Fact]
    public async Task The_script_runs_in_psql_as_often_as_one_likes_and_makes_what_the_start_would()
    {
        var script = PostgresSchema.CreateScript(_schema);

        await PsqlAsync(script);
        var before = await TimesAsync();
        await PsqlAsync(script);

        (await TimesAsync()).Should().Be(before);
        await using var verifying = Connect(options => options.MigrateOnStart = false);
        (await verifying.AskAsync()).Should().Be(1);
        await using (var made = Connect(options => options.Schema = _schema + "b"))
            await made.PrepareAsync(default);
        (await ShapeAsync(_schema)).Should().Be(await ShapeAsync(_schema + "b"));
    }

    [Fact]
    public async Task A_schema_that_is_newer_stops_the_start_and_names_both_versions()
    {
        await using (var first = Connect())
            await first.PrepareAsync(default);
        await fixture.Node.ExecuteAsync($"INSERT INTO {_schema}.schema_version (version, name) VALUES (999, 'later')", fixture.Database);
        await using var older = Connect();

        var thrown = await older.Awaiting(one => one.PrepareAsync(default)).Should().ThrowAsync<BackendRefusedException>();

        thrown.Which.Message.Should().Contain("version 999, newer than").And.Contain("Update the Pipeline packages");
        await fixture.Node.ExecuteAsync($"DELETE FROM {_schema}.schema_version WHERE version = 999", fixture.Database);
        await older.PrepareAsync(default);
    }

    [Theory]
    [InlineData(false, "is not there")]
    [InlineData(true, "older than")]
    public async Task A_schema_that_is_missing_or_older_stops_a_start_that_may_not_migrate(bool isThere, string wording)
    {
        if (isThere)
        {
            await BeginAsync();
            await fixture.Node.ExecuteAsync($"INSERT INTO {_schema}.schema_version (version, name) VALUES (1, 'before')", fixture.Database);
        }

        await using var verifying = Connect(options => options.MigrateOnStart = false);

        var thrown = await verifying.Awaiting(one => one.PrepareAsync(default)).Should().ThrowAsync<BackendRefusedException>();

        thrown.Which.Message.Should().Contain(_schema).And.Contain(wording).And.Contain("PostgresSchema.CreateScript");
        (await fixture.Node.ScalarAsync($"SELECT to_regclass('{_schema}.queues') IS NULL", fixture.Database)).Should().Be(true, "nothing was made");
    }

    [Fact]
    public async Task An_older_schema_gets_the_steps_that_it_lacks_and_none_twice()
    {
        await BeginAsync();
        await fixture.Node.ExecuteAsync($"INSERT INTO {_schema}.schema_version (version, name, applied_at) VALUES (1, 'applied before', now() - interval '1 day')", fixture.Database);
        await fixture.Node.ExecuteAsync(FirstStep(), fixture.Database);
        await using var connection = Connect();

        await connection.PrepareAsync(default);

        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.schema_version WHERE name = 'applied before' OR version > 1", fixture.Database)).Should().Be((long)Applied(PostgresSchema.CreateScript()));
    }

    [Fact]
    public async Task A_role_that_may_not_create_says_so_and_works_with_a_schema_that_another_made()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync("app");
        await server.ExecuteAsync("CREATE ROLE app LOGIN", "app");
        var asApp = PostgresCalls.With(connectionString, builder => builder.Username = "app");
        await using var connection = PostgresTestClient.Connect(asApp);

        var thrown = await connection.Awaiting(one => one.PrepareAsync(default)).Should().ThrowAsync<BackendRefusedException>();
        thrown.Which.Message.Should().Contain("lacks a right");

        await server.ExecuteAsync(PostgresSchema.CreateScript() + "GRANT USAGE ON SCHEMA pipeline TO app; GRANT SELECT ON pipeline.schema_version TO app", "app");
        await connection.PrepareAsync(default);
        (await connection.AskAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_and_the_next_call_tries_again()
    {
        await fixture.Node.ExecuteAsync($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.queues (foreign_to_us int)", fixture.Database);
        await using var connection = Connect();

        await connection.Awaiting(one => one.PrepareAsync(default)).Should().ThrowAsync<BackendRefusedException>();
        (await fixture.Node.ScalarAsync($"SELECT to_regclass('{_schema}.schema_version') IS NULL", fixture.Database)).Should().Be(true);

        await fixture.Node.ExecuteAsync($"DROP TABLE {_schema}.queues", fixture.Database);
        await connection.PrepareAsync(default);
        (await connection.ReadSchemaVersionAsync(default)).Should().Be(PostgresSchema.Version);
    }

    private static int Applied(string script) => script.Split("EXECUTE $migration$").Length - 1;

    /// <summary>The first migration alone, as an older package had it.</summary>
    private string FirstStep()
    {
        var script = PostgresSchema.CreateScript(_schema);
        var start = script.IndexOf("EXECUTE $migration$", StringComparison.Ordinal) + "EXECUTE $migration$".Length;
        return script[start..script.IndexOf("$migration$", start, StringComparison.Ordinal)];
    }

    private Task BeginAsync() => fixture.Node.ExecuteAsync(
        $"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.schema_version (version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())", fixture.Database);

    private PostgresConnection Connect(Action<PostgresOptions>? configure = null) => PostgresTestClient.Connect(fixture.ConnectionString, options =>
    {
        options.Schema = _schema;
        configure?.Invoke(options);
    });

    private Task<object?> TimesAsync() => fixture.Node.ScalarAsync($"SELECT string_agg(version || ' ' || applied_at, ',' ORDER BY version) FROM {_schema}.schema_version", fixture.Database);

    private Task<object?> ShapeAsync(string schema) => fixture.Node.ScalarAsync(
        $"SELECT string_agg(relname || relkind::text || coalesce(array_to_string(reloptions, ' '), ''), ',' ORDER BY relname) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace", fixture.Database);

    private async Task PsqlAsync(string script)
    {
        var node = fixture.Node.EndPoint;
        var login = new Npgsql.NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        var start = new ProcessStartInfo("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", node.Address.ToString(), "-p", $"{node.Port}", "-U", login.Username!, "-d", fixture.Database]);
        start.Environment["PGPASSWORD"] = login.Password;
        await PostgresProgram.RunAsync(start, script);
    }
}
