using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Postgres.Servers;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Postgres.Telemetry.TelemetryProcess;

namespace Pipeline.Postgres.Telemetry;

/// <summary>The suite's sink when the server is down, or restarts in the middle.</summary>
public sealed class PostgresTelemetryRestartTests
{
    [Fact]
    public async Task While_the_server_is_down_memory_is_flat_losses_are_counted_and_the_rest_is_written_later()
    {
        const int Bound = 1_000;
        await using var server = await PostgresServer.StartAsync(new() { Durable = true });
        await using var process = Start(await server.CreateDatabaseAsync());
        var options = Eager;
        options.Accounting = options.Accounting with { MaxRecords = Bound };
        await using var sink = new BufferedTelemetrySink(process.Store, options);
        await EmitAsync(sink, Calls(1));
        await server.KillAsync();

        var records = Calls(20_000, from: 1);
        var taken = records.Count(record => sink.TryEmit(record));

        var waiting = sink.GetStatistics();
        waiting.Pending.Should().BeInRange(1, Bound + options.Diagnostic.MaxRecords + options.BatchSize);
        (waiting.Pending, waiting.DroppedTotal).Should().Be((taken, records.Length - taken));
        await server.StartAgainAsync();
        await sink.FlushAsync();
        (sink.GetStatistics().Pending, sink.GetStatistics().Written).Should().Be((0, taken + 1));
        (await TotalAsync(process)).Calls.Should().Be(taken + 1);
    }

    [Fact]
    public async Task Restarts_and_ended_sessions_in_the_middle_lose_and_double_nothing()
    {
        const int Records = 4_000;
        await using var server = await PostgresServer.StartAsync(new() { Durable = true });
        await using var process = Start(await server.CreateDatabaseAsync());
        await using var sink = new BufferedTelemetrySink(process.Store, Eager);
        await EmitAsync(sink, Calls(1));

        var emitted = EmitAsync(sink, Calls(Records, from: 1));
        await server.TerminateBackendsAsync();
        await server.StopAsync(PostgresStop.Immediate);
        await server.StartAgainAsync();
        await server.TerminateBackendsAsync();
        await emitted;

        (sink.GetStatistics().Written, sink.GetStatistics().DroppedTotal).Should().Be((Records + 1, 0));
        (await TotalAsync(process)).Calls.Should().Be(Records + 1);
    }

    // A session that was ended while it lay in the pool tells the next call so.
    private static async Task<TelemetryReportRow> TotalAsync(TelemetryProcess process)
    {
        TelemetryReportRow? total = null;
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    total = await process.TotalAsync();
                    return true;
                }
                catch (BackendUnavailableException)
                {
                    return false;
                }
            },
            "an answer");
        return total!;
    }
}
