using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Postgres.Telemetry.TelemetryProcess;

namespace Pipeline.Postgres.Telemetry;

/// <summary>The store, and the suite's sink before it, when replies are lost, and the server is silent, full, slow or a standby.</summary>
public sealed class PostgresTelemetryFailureTests
{
    [Fact]
    public async Task Whatever_replies_are_lost_each_record_is_written_once()
    {
        const int Records = 3_000;
        var node = await SharedServers.NodeAsync();
        var database = new NpgsqlConnectionStringBuilder(await SharedServers.CreateDatabaseAsync()).Database!;
        await using var proxy = PostgresProxy.Start(node.EndPoint);
        await using var process = Start(node.ConnectionString(database, proxy.EndPoint));
        await process.Store.WriteAsync(Calls(1));
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        using var stop = new CancellationTokenSource();
        var faults = 0;
        var trouble = Task.Run(async () =>
        {
            var random = new SeededRandom(1);
            while (!stop.IsCancellationRequested)
            {
                using var fault = random.Chance(70) ? proxy.DropReply("COPY", random.Between(1, 4)) : proxy.CutBefore("COPY", random.Between(1, 4));
                await Task.WhenAny(fault.Happened, Task.Delay(Timeout.Infinite, stop.Token));
                faults += fault.Happened.IsCompleted ? 1 : 0;
            }
        });

        await EmitAsync(sink, Calls(Records, from: 1));
        await stop.CancelAsync();
        await trouble;

        faults.Should().BePositive();
        await using var after = Start(node.ConnectionString(database));
        var total = await after.TotalAsync();
        (total.Calls, total.Cost).Should().Be((Records + 1, (Records + 1) * 0.01m));
        (sink.GetStatistics().Written, sink.GetStatistics().DroppedTotal).Should().Be((Records, 0));
    }

    [Fact]
    public async Task A_full_disk_keeps_them_waiting_and_gets_each_once_when_there_is_room()
    {
        await using var server = await PostgresServer.StartAsync(new() { SmallDisk = "24m" });
        var tablespace = await server.CreateTablespaceAsync();
        await server.ExecuteAsync($"CREATE DATABASE small TABLESPACE {PostgresTablespace.Name}");
        await using var process = Start(server.ConnectionString("small"));
        await process.Store.WriteAsync(Calls(10));
        tablespace.Fill();

        await process.Store.Invoking(store => store.WriteAsync(Calls(5_000, from: 10)).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        (await process.TotalAsync()).Calls.Should().Be(10, "reading needs no room, and a batch is written whole or not at all");
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        foreach (var record in Calls(5_000, from: 10))
            sink.TryEmit(record).Should().BeTrue();
        tablespace.Free();
        await sink.FlushAsync();

        (await process.TotalAsync()).Calls.Should().Be(5_010);
        sink.GetStatistics().DroppedTotal.Should().Be(0);
    }

    [Fact]
    public async Task A_statement_time_out_is_an_outage()
    {
        await using var database = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync());
        await using var process = Start(database.ConnectionString);
        await process.Store.WriteAsync(Calls(1));
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"LOCK TABLE pipeline.telemetry IN SHARE MODE", connection, transaction))
            await command.ExecuteNonQueryAsync();
        await using var impatient = Start(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c statement_timeout=200" }.ConnectionString);

        (await impatient.Store.Invoking(store => store.WriteAsync(Calls(1, from: 1)).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
            .Which.Reason.Should().Contain("statement_timeout");

        await transaction.RollbackAsync();
        await impatient.Store.WriteAsync(Calls(1, from: 1));
        (await process.TotalAsync()).Calls.Should().Be(2);
    }

    [Fact]
    public async Task A_write_that_was_given_up_writes_what_it_was_given()
    {
        await using var database = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync());
        await using var process = Start(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1 }.ConnectionString, TimeSpan.FromSeconds(30));
        await process.Store.WriteAsync(Calls(1));
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE pipeline.telemetry", connection, transaction))
            await command.ExecuteNonQueryAsync();
        var report = process.ReportAsync();
        var records = Calls(3, from: 1);
        TelemetryRecord[] given = [.. records];
        using var cancellation = new CancellationTokenSource();

        var writing = process.Store.WriteAsync(records, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await writing.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>("the only connection is taken by the report");
        Array.Clear(records);
        await transaction.RollbackAsync();
        await report;

        await Waiting.UntilAsync(async () => (await process.TotalAsync()).Calls == 4, "the records");
        (await process.ReadAsync()).Should().Contain(given);
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        var node = await SharedServers.NodeAsync();
        var database = new NpgsqlConnectionStringBuilder(await SharedServers.CreateDatabaseAsync()).Database!;
        await using (var first = Start(node.ConnectionString(database)))
            await first.Store.WriteAsync(Calls(1));
        await using var proxy = PostgresProxy.Start(node.EndPoint);
        await using var process = Start(
            node.ConnectionString(database, proxy.EndPoint), TimeSpan.FromSeconds(2), new PostgresTelemetryOptions { ReportTimeout = TimeSpan.FromSeconds(1) });
        await process.Store.WriteAsync(Calls(1, from: 1));
        proxy.Mode = ProxyMode.Stalled;

        await process.Store.Invoking(store => store.WriteAsync(Calls(1, from: 2)).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await process.Invoking(one => one.TotalAsync()).Should().ThrowAsync<BackendUnavailableException>();
        await process.Store.Invoking(store => store.ForgetTenantAsync("acme").AsTask()).Should().ThrowAsync<BackendUnavailableException>();
    }

    [Fact]
    public async Task A_standby_is_read_and_what_is_to_be_written_waits_for_its_promotion()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await using (var process = Start(server.ConnectionString(database)))
            await process.Store.WriteAsync(Calls(10));
        await using var standby = await server.CreateStandbyAsync();
        await server.WaitForStandbyAsync(standby);
        await using var reading = Start(standby.ConnectionString(database));

        (await reading.TotalAsync()).Calls.Should().Be(10);
        (await reading.Store.Invoking(store => store.WriteAsync(Calls(1, from: 10)).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
            .Which.Reason.Should().Contain("no writes");
        await using var sink = new BufferedTelemetrySink(reading.Store, Eager);
        foreach (var record in Calls(100, from: 10))
            sink.TryEmit(record).Should().BeTrue();
        await standby.PromoteAsync();
        await sink.FlushAsync();

        (await reading.TotalAsync()).Calls.Should().Be(110);
    }

    [Fact]
    public async Task Behind_a_pooler_in_transaction_mode_all_is_written_and_read()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await using var pooler = await PgBouncerServer.StartAsync(server);
        await using var process = Start(pooler.ConnectionString(database));
        var batch = Calls(1_500);

        await process.Store.WriteAsync(batch.AsMemory(0, 700));
        await process.Store.WriteAsync(batch);

        (await process.TotalAsync()).Calls.Should().Be(1_500);
        (await process.ReadAsync()).Should().HaveCount(1_500);
        (await process.Store.ForgetTenantAsync("acme")).Should().Be(1_500);
    }
}
