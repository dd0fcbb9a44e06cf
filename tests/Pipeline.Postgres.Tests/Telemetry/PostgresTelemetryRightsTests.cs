using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Postgres.Fixtures;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Postgres.Telemetry.TelemetryProcess;

namespace Pipeline.Postgres.Telemetry;

/// <summary>The store when it lacks a right, or the server refuses a record.</summary>
public sealed class PostgresTelemetryRightsTests
{
    private const string Grants =
        "GRANT USAGE ON SCHEMA pipeline TO {0}; GRANT SELECT ON pipeline.schema_version, pipeline.telemetry_state TO {0}; GRANT SELECT, INSERT, UPDATE ON pipeline.telemetry TO {0}; ";

    [Fact]
    public async Task A_role_that_may_make_no_tables_gets_its_partitions()
    {
        await using var owner = NpgsqlDataSource.Create(await MigratedAsync());
        var role = await CreateRoleAsync(owner, Grants + "GRANT EXECUTE ON FUNCTION pipeline.telemetry_maintain(int) TO {0}");
        await ExecuteAsync(owner, "SELECT pipeline.telemetry_drop(100000); UPDATE pipeline.telemetry_state SET due = 0");
        await using var process = Start(As(owner, role), migrates: false);

        await process.Store.WriteAsync(Calls(10));

        (await process.TotalAsync()).Calls.Should().Be(10);
        (await ScalarAsync(owner, "SELECT count(*) FROM pipeline.telemetry_partitions")).Should().Be(4L);
        (await ScalarAsync(owner, "SELECT count(*) FROM pipeline.telemetry_default")).Should().Be(0L);
    }

    [Fact]
    public async Task Without_the_right_to_the_upkeep_all_is_written_all_the_same()
    {
        await using var owner = NpgsqlDataSource.Create(await MigratedAsync());
        var role = await CreateRoleAsync(owner, Grants);
        await ExecuteAsync(owner, "SELECT pipeline.telemetry_drop(100000)");
        await using var process = Start(As(owner, role), migrates: false);

        await process.Store.WriteAsync(Calls(10));
        await process.Store.WriteAsync(Calls(10, from: 5));

        (await process.TotalAsync()).Calls.Should().Be(20);
        (await process.Store.ForgetTenantAsync("acme")).Should().Be(20);
        (await ScalarAsync(owner, "SELECT count(*) FROM pipeline.telemetry_default")).Should().Be(20L);
    }

    [Fact]
    public async Task Without_the_right_to_insert_none_is_dropped()
    {
        await using var owner = NpgsqlDataSource.Create(await MigratedAsync());
        var role = await CreateRoleAsync(owner, "GRANT USAGE ON SCHEMA pipeline TO {0}; GRANT SELECT ON pipeline.schema_version, pipeline.telemetry_state, pipeline.telemetry TO {0}");
        await using var process = Start(As(owner, role), migrates: false);

        await process.Store.Invoking(store => store.WriteAsync(Calls(1)).AsTask())
            .Should().ThrowAsync<BackendUnavailableException>("no record is at fault, so none may be dropped");
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(200))
            sink.TryEmit(record).Should().BeTrue();
        await ExecuteAsync(owner, $"GRANT INSERT ON pipeline.telemetry TO {role}");
        await sink.FlushAsync();

        (sink.GetStatistics().DroppedTotal, (await process.TotalAsync()).Calls).Should().Be((0, 200));
    }

    [Fact]
    public async Task A_record_that_is_refused_is_dropped_alone()
    {
        await using var owner = NpgsqlDataSource.Create(await MigratedAsync());
        await ExecuteAsync(owner, "ALTER TABLE pipeline.telemetry ADD CHECK (step <> 'theirs')");
        await using var process = Start(owner.ConnectionString);
        var faults = new TelemetryStoreFaults();
        var records = Calls(300);
        records[17] = records[17] with { Step = "theirs" };
        faults.Poison(records[203].Id);
        await using var sink = new BufferedTelemetrySink(new FaultInjectingTelemetryStore(process.Store, faults), Eager);

        await EmitAsync(sink, records);

        (await process.TotalAsync()).Calls.Should().Be(298);
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(2);
    }

    [Fact]
    public async Task A_text_that_the_databases_encoding_does_not_have_drops_its_record_alone()
    {
        var node = await SharedServers.NodeAsync();
        var name = $"test_{Guid.NewGuid():N}";
        await node.ExecuteAsync($"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        await using var process = Start(node.ConnectionString(name));
        var records = Calls(100);
        records[3] = records[3] with { Step = "größe" };
        records[60] = records[60] with { Step = "🙂" };
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);

        await EmitAsync(sink, records);

        (await process.ReadAsync()).Should().HaveCount(99).And.Contain(records[3]);
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(1);
    }

    [Fact]
    public async Task A_record_that_can_have_no_stored_form_refuses_its_batch_before_anything_is_sent()
    {
        await using var process = Start(await SharedServers.CreateEmptyDatabaseAsync());

        await process.Store.Invoking(store => store.WriteAsync((TelemetryRecord[])[Call(), default]).AsTask()).Should().ThrowAsync<TelemetryBatchRefusedException>();

        (await process.TotalAsync()).Calls.Should().Be(0);
    }

    private static async Task<string> MigratedAsync()
    {
        var connectionString = await SharedServers.CreateEmptyDatabaseAsync();
        await using var process = Start(connectionString);
        await process.TotalAsync();
        return connectionString;
    }

    private static async Task<string> CreateRoleAsync(NpgsqlDataSource owner, string grants)
    {
        var role = $"app_{Guid.NewGuid():N}";
        await ExecuteAsync(owner, $"CREATE ROLE {role} NOLOGIN; " + string.Format(System.Globalization.CultureInfo.InvariantCulture, grants, role));
        return role;
    }

    // The role of each of its sessions, whoever logs in.
    private static string As(NpgsqlDataSource owner, string role) => new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Options = $"-c role={role}" }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
