using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Redis.Fixtures;
using Pipeline.Telemetry;
using StackExchange.Redis;

namespace Pipeline.Redis.Telemetry;

/// <summary>A process that writes telemetry to a server.</summary>
internal sealed class TelemetryProcess : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly RedisConnection _connection;

    private TelemetryProcess(RedisConnection connection, RedisTelemetryOptions options)
    {
        _connection = connection;
        Store = new RedisTelemetryStore(connection, options, NullLogger<RedisTelemetryStore>.Instance);
    }

    public RedisTelemetryStore Store { get; }

    public static TelemetryProcess Start(ConfigurationOptions server, string prefix, TimeSpan? timeout = null, RedisTelemetryOptions? options = null) =>
        new(RedisTestClient.Connect(server, prefix, settings => settings.CommandTimeout = timeout ?? settings.CommandTimeout), options ?? new());

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

    public static TelemetryRecord[] Calls(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(i => Call(Noon.AddSeconds(i)))];

    public async Task<TelemetryReportRow> TotalAsync() => (await ReportAsync()).Rows.Single();

    public async Task<TelemetryReport> ReportAsync() => await Store.SummarizeAsync(TelemetryQuery.AcrossTenants(Noon.AddDays(-1), Noon.AddDays(1)));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
