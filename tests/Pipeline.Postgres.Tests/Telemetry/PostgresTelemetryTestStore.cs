using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry;
using Pipeline.Postgres.Fixtures;
using Pipeline.Telemetry;

namespace Pipeline.Postgres.Telemetry;

/// <summary>Telemetry on a real server. Each test has a database of its own, and each opening is a process with connections of its own.</summary>
internal sealed class PostgresTelemetryTestStore(PostgresTopologyKind kind) : TelemetryStoreTestStore
{
    private readonly Lazy<Task<string>> _database = new(() => SharedServers.CreateDatabaseAsync(kind));
    private readonly List<PostgresConnection> _connections = [];

    public override GenerationSettings Generation => new() { Sequences = kind == PostgresTopologyKind.SlowNode ? 1 : 4, FirstSeed = (ulong)kind * 1_000 };

    public override async ValueTask<ITelemetryStore> OpenAsync()
    {
        var connection = PostgresTestClient.Connect(await _database.Value);
        lock (_connections)
            _connections.Add(connection);
        return new PostgresTelemetryStore(connection, new PostgresTelemetryOptions(), NullLogger<PostgresTelemetryStore>.Instance);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }
}
