using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Diagnostics;

/// <summary>Each check on real servers that are configured rightly and wrongly.</summary>
public sealed partial class PostgresDoctorTests(DoctorServer server) : IClassFixture<DoctorServer>, IAsyncLifetime
{
    private const PipelineRoles All = PipelineRoles.All;

    private string _connectionString = "";
    private PostgresConnection _connection = null!;

    private string Database => new NpgsqlConnectionStringBuilder(_connectionString).Database!;

    private PostgresServer Node => server.Node;

    public async Task InitializeAsync()
    {
        _connectionString = await Node.CreateDatabaseAsync();
        await Node.ExecuteAsync("CREATE EXTENSION vector", Database);
        _connection = PostgresTestClient.Connect(_connectionString);
        await _connection.PrepareAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await Node.DropDatabaseAsync(Database);
    }

    [Fact]
    public async Task A_server_that_is_set_up_well_has_nothing_to_say_against_it_and_nothing_is_written()
    {
        await using var connection = await ConnectAsApplicationAsync();
        await Node.ExecuteAsync("CHECKPOINT");
        const string Rows = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::text FROM pg_stat_user_tables";
        var before = await Node.ScalarAsync(Rows, Database);

        foreach (var check in Checks(Targets(connection, All)))
        {
            var result = await check.CheckAsync();
            result.Status.Should().Be(DoctorStatus.Ok, $"{check.Name}: {result.Summary}");
        }

        await connection.DisposeAsync();
        (await Node.ScalarAsync(Rows, Database)).Should().Be(before);
    }

    [Fact]
    public async Task A_database_without_the_schema_is_looked_at_and_left_without_it()
    {
        var database = await Node.CreateDatabaseAsync();
        await using var connection = PostgresTestClient.Connect(database);

        foreach (var check in Checks(Targets(connection, All)))
            (await check.CheckAsync()).Status.Should().NotBe(DoctorStatus.Error, check.Name);

        (await Node.ScalarAsync("SELECT to_regnamespace('pipeline') IS NULL", new NpgsqlConnectionStringBuilder(database).Database)).Should().Be(true);
    }

    [Theory]
    [InlineData("fsync", DoctorStatus.Warning, "the whole database")]
    [InlineData("full_page_writes", DoctorStatus.Warning, "half written")]
    [InlineData("synchronous_commit", DoctorStatus.Warning, "what it acknowledged")]
    public Task Durability_is_judged_by_what_a_crash_would_lose(string setting, DoctorStatus status, string summary) => server.WithAsync(setting, "off", async () =>
    {
        await using var fresh = PostgresTestClient.Connect(_connectionString);
        var result = await new PostgresDurabilityCheck(Targets(fresh, PipelineRoles.Queues)).CheckAsync();

        result.Status.Should().Be(status);
        result.Summary.Should().Contain(summary);
        result.Mend.Should().Contain(setting);
        (await new PostgresDurabilityCheck(Targets(fresh, PipelineRoles.Cache)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok, "a cache may be lost");
    });

    [Fact]
    public Task Autovacuum_that_is_off_is_found() => server.WithAsync("autovacuum", "off", async () =>
        (await new PostgresAutovacuumCheck(Targets(_connection, All)).CheckAsync()).Status.Should().Be(DoctorStatus.Error));

    [Fact]
    public async Task Autovacuum_that_is_off_for_a_table_is_found_where_its_role_stands()
    {
        await Node.ExecuteAsync("ALTER TABLE pipeline.queue_messages SET (autovacuum_enabled = off)", Database);

        var result = await new PostgresAutovacuumCheck(Targets(_connection, PipelineRoles.Queues)).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain("queue_messages");
        result.Mend.Should().Be("Run ALTER TABLE pipeline.queue_messages RESET (autovacuum_enabled).");
        (await new PostgresAutovacuumCheck(Targets(_connection, PipelineRoles.RateLimiting)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task A_transaction_that_is_open_for_long_is_found_and_one_that_is_not_is_none_of_ours()
    {
        await using var elsewhere = await Node.OpenAsync();
        await using var elsewhereTransaction = await elsewhere.BeginTransactionAsync();
        await new NpgsqlCommand("SELECT pg_current_xact_id()", elsewhere, elsewhereTransaction).ExecuteScalarAsync();
        var check = new PostgresTransactionsCheck(Targets(_connection, All), TimeSpan.Zero);
        await Waiting.UntilAsync(async () => (await check.CheckAsync()).Status == DoctorStatus.Ok, "autovacuum and the like to be done");
        await using var open = await Node.OpenAsync(Database);
        await using var transaction = await open.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await new NpgsqlCommand("SELECT 1", open, transaction).ExecuteScalarAsync();

        var result = await check.CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("A transaction").And.Contain("minutes").And.Contain("transactions");
        result.Mend.Should().Contain("idle_in_transaction_session_timeout");
        (await new PostgresTransactionsCheck(Targets(_connection, All)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok, "it is not old yet");
    }

    [Fact]
    public async Task A_prepared_transaction_that_nobody_ends_is_found()
    {
        await Node.ExecuteAsync("CREATE TABLE t (id int); BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'forgotten'", Database);
        try
        {
            var result = await new PostgresTransactionsCheck(Targets(_connection, All), TimeSpan.Zero).CheckAsync();

            result.Summary.Should().Contain("A prepared transaction");
            result.Mend.Should().Contain("ROLLBACK PREPARED");
        }
        finally
        {
            await Node.ExecuteAsync("ROLLBACK PREPARED 'forgotten'", Database);
        }
    }

    [Fact]
    public async Task A_replication_slot_that_nobody_reads_is_found()
    {
        await Node.ExecuteAsync("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')", Database);
        try
        {
            await Node.ExecuteAsync("CREATE TABLE t (id int); INSERT INTO t VALUES (1); DROP TABLE t", Database);

            var result = await new PostgresTransactionsCheck(Targets(_connection, All), mostTransactions: 0).CheckAsync();

            result.Summary.Should().Contain("The replication slot forgotten");
            result.Mend.Should().Contain("pg_drop_replication_slot");
        }
        finally
        {
            await Node.ExecuteAsync("SELECT pg_drop_replication_slot('forgotten')", Database);
        }
    }

    [Fact]
    public async Task Dead_rows_that_vacuum_does_not_clear_away_are_found()
    {
        var check = new PostgresBloatCheck(Targets(_connection, PipelineRoles.Queues));
        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
        await Node.ExecuteAsync($"CREATE TABLE pipeline.queue_extra (id int) WITH (autovacuum_enabled = off); INSERT INTO pipeline.queue_extra SELECT generate_series(1, {PostgresBloatCheck.Many}); DELETE FROM pipeline.queue_extra", Database);

        await Waiting.UntilAsync(async () => (await check.CheckAsync()).Status == DoctorStatus.Warning, "the statistics");
        var result = await check.CheckAsync();
        result.Summary.Should().Contain("queue_extra").And.Contain("100,000 dead rows").And.Contain("never vacuumed");
        result.Mend.Should().Contain("VACUUM pipeline.queue_extra");

        await Node.ExecuteAsync("VACUUM pipeline.queue_extra", Database);
        await Waiting.UntilAsync(async () => (await check.CheckAsync()).Status == DoctorStatus.Ok, "the statistics");
    }

    [Fact]
    public async Task An_extension_that_is_missing_is_a_warning_that_says_how_vectors_are_searched()
    {
        await Node.ExecuteAsync("DROP EXTENSION vector CASCADE", Database);
        var check = new PostgresVectorCheck(Targets(_connection, PipelineRoles.Learning));

        var result = await check.CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("searched exactly");
        result.Mend.Should().StartWith("Run CREATE EXTENSION vector");
        (await new PostgresVectorCheck(Targets(_connection, PipelineRoles.Queues)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
        await using var plain = PostgresTestClient.Connect(await SharedServers.CreateDatabaseAsync(PostgresTopologyKind.Plain));
        (await new PostgresVectorCheck(Targets(plain, All)).CheckAsync()).Mend.Should().StartWith("Install pgvector 0.8");
    }

    [Theory]
    [InlineData(200, true, "200 connections", DoctorStatus.Warning)]
    [InlineData(20, false, "not pooled", DoctorStatus.Warning)]
    [InlineData(20, true, "may open 20 connections", DoctorStatus.Ok)]
    public async Task A_pool_is_held_against_what_the_server_gives(int size, bool pooling, string summary, DoctorStatus status)
    {
        await using var connection = PostgresTestClient.Connect(PostgresCalls.With(_connectionString, builder => (builder.MaxPoolSize, builder.Pooling) = (size, pooling)));

        var result = await new PostgresPoolCheck(Targets(connection, All)).CheckAsync();

        result.Status.Should().Be(status);
        result.Summary.Should().Contain(summary);
    }

    [Fact]
    public async Task A_limit_of_the_database_counts_for_the_pool()
    {
        await Node.ExecuteAsync($"ALTER DATABASE {Database} CONNECTION LIMIT 30");

        (await new PostgresPoolCheck(Targets(_connection, All)).CheckAsync()).Summary.Should().Contain("which gives 30");
    }

    [Fact]
    public async Task A_clock_that_is_far_from_the_server_is_seen()
    {
        (await new PostgresClockCheck(Targets(_connection, All), new ShiftedTime(TimeSpan.FromMinutes(5))).CheckAsync()).Status.Should().Be(DoctorStatus.Warning);
        (await new PostgresClockCheck(Targets(_connection, All), new ShiftedTime(TimeSpan.FromMinutes(-5))).CheckAsync()).Summary.Should().MatchRegex("(299|300)");
    }

    [Fact]
    public async Task A_version_that_is_too_old_is_an_error() =>
        (await new PostgresVersionCheck(Targets(_connection, All), least: 99).CheckAsync()).Should().Match<DoctorResult>(result => result.Status == DoctorStatus.Error && result.Mend!.Contains("99", StringComparison.Ordinal));

    [Fact]
    public async Task Another_version_of_the_schema_is_seen()
    {
        var check = new PostgresSchemaCheck(Targets(_connection, All));
        await Node.ExecuteAsync("INSERT INTO pipeline.schema_version (version, name) VALUES (999, 'later')", Database);
        (await check.CheckAsync()).Should().Match<DoctorResult>(result => result.Status == DoctorStatus.Error && result.Summary.Contains("newer", StringComparison.Ordinal));
        await Node.ExecuteAsync("DELETE FROM pipeline.schema_version WHERE version > 1", Database);

        (await check.CheckAsync()).Should().Match<DoctorResult>(result => result.Status == DoctorStatus.Ok && result.Summary.Contains("The start brings it", StringComparison.Ordinal));
        var verified = await new PostgresSchemaCheck(Targets(_connection, All, migrates: false)).CheckAsync();

        verified.Status.Should().Be(DoctorStatus.Error);
        verified.Summary.Should().Contain("older");
        verified.Mend.Should().Contain("PostgresSchema.CreateScript(\"pipeline\")");
    }

    private static PostgresDoctorTargets Targets(PostgresConnection connection, PipelineRoles roles, bool migrates = true) => new([new PostgresDoctorTarget(connection, roles, migrates)]);

    private static IDoctorCheck[] Checks(PostgresDoctorTargets targets) =>
    [
        new PostgresAutovacuumCheck(targets), new PostgresBloatCheck(targets), new PostgresClockCheck(targets, TimeProvider.System), new PostgresDurabilityCheck(targets),
        new PostgresNotificationsCheck(targets), new PostgresPoolCheck(targets), new PostgresPoolerCheck(targets), new PostgresReachableCheck(targets),
        new PostgresRightsCheck(targets), new PostgresSchemaCheck(targets), new PostgresTransactionsCheck(targets), new PostgresVectorCheck(targets), new PostgresVersionCheck(targets),
    ];

    /// <summary>Logs in as a role of the application's own, with the rights that docs/postgres.md lists.</summary>
    private async Task<PostgresConnection> ConnectAsApplicationAsync(string grants = Grants)
    {
        var role = $"app_{Guid.NewGuid():N}";
        await Node.ExecuteAsync($"CREATE ROLE {role} LOGIN; " + grants.Replace("<role>", role, StringComparison.Ordinal), Database);
        return PostgresTestClient.Connect(PostgresCalls.With(_connectionString, builder => builder.Username = role));
    }

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
