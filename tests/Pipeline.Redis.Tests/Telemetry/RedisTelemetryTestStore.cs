using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry;
using Pipeline.Redis.Fixtures;
using Pipeline.Telemetry;

namespace Pipeline.Redis.Telemetry;

/// <summary>Telemetry on a real server. Each opening is a process.</summary>
internal sealed class RedisTelemetryTestStore(RedisTopologyKind kind) : TelemetryStoreTestStore
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<RedisConnection> _connections = [];

    public override GenerationSettings Generation => new() { Sequences = kind == RedisTopologyKind.SlowNode ? 2 : 6, FirstSeed = (ulong)kind * 1_000 };

    public override async ValueTask<ITelemetryStore> OpenAsync()
    {
        var connection = await RedisTestClient.BorrowAsync(kind, _prefix);
        lock (_connections)
            _connections.Add(connection);
        return new RedisTelemetryStore(connection, new RedisTelemetryOptions(), NullLogger<RedisTelemetryStore>.Instance);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }
}
