using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Telemetry;

namespace Pipeline.Postgres.Telemetry;

/// <summary>A process that writes telemetry to a server.</summary>
internal sealed class TelemetryProcess : IAsyncDisposable
{
    private readonly PostgresConnection _connection;

    private TelemetryProcess(PostgresConnection connection, PostgresTelemetryOptions options)
    {
        _connection = connection;
        Store = new PostgresTelemetryStore(connection, options, NullLogger<PostgresTelemetryStore>.Instance);
    }

    /// <summary>Now, in whole seconds: ids of now are in a partition of their own.</summary>
    public static DateTimeOffset Noon { get; } = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Settings of a sink that writes at once and tries again at once.</summary>
    public static TelemetryOptions Eager => new()
    {
        BatchSize = 50,
        FlushInterval = TimeSpan.FromMilliseconds(5),
        MaxRetryDelay = TimeSpan.FromMilliseconds(20),
        CloseTimeout = TimeSpan.FromSeconds(60),
    };

    public PostgresTelemetryStore Store { get; }

    public static TelemetryProcess Start(
        string connectionString, TimeSpan? timeout = null, PostgresTelemetryOptions? options = null, bool migrates = true, TimeProvider? time = null) =>
        new(
            PostgresTestClient.Connect(
                connectionString,
                settings => (settings.CommandTimeout, settings.MigrateOnStart) = (timeout ?? settings.CommandTimeout, migrates),
                time),
            options ?? new());

    public static TelemetryRecord Call(DateTimeOffset? at = null, string tenant = "acme", TelemetryLane lane = TelemetryLane.Accounting) => new()
    {
        Id = TelemetryRecord.NewId(at ?? Noon),
        Time = at ?? Noon,
        Duration = TimeSpan.FromMilliseconds(840),
        Step = "answer",
        Tenant = tenant,
        Model = "large-2030-01",
        RequestId = "0b8f4e5c9a1d4c7e",
        PriceTableVersion = "2030-01",
        Cost = 0.01m,
        Lane = lane,
    };

    public static TelemetryRecord[] Calls(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(i => Call(Noon.AddMilliseconds(i)))];

    /// <summary>Emits records, and waits until they are written.</summary>
    public static async Task EmitAsync(BufferedTelemetrySink sink, IEnumerable<TelemetryRecord> records)
    {
        foreach (var record in records)
            sink.TryEmit(record).Should().BeTrue();
        await sink.FlushAsync();
    }

    public async Task<TelemetryReportRow> TotalAsync() => (await ReportAsync()).Rows.Single();

    public async Task<TelemetryReport> ReportAsync() => await Store.SummarizeAsync(TelemetryQuery.AcrossTenants(DateTimeOffset.UnixEpoch, Noon.AddDays(1)));

    public async Task<List<TelemetryRecord>> ReadAsync()
    {
        var records = new List<TelemetryRecord>();
        await foreach (var record in Store.ReadAsync(TelemetryQuery.AcrossTenants(DateTimeOffset.UnixEpoch, Noon.AddDays(1))))
            records.Add(record);
        return records;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
