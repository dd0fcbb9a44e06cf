using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Vectors;
using Pipeline.Postgres.Fixtures;
using Pipeline.Vectors;

namespace Pipeline.Postgres.Vectors;

internal sealed class PostgresVectorTestStore(PostgresTopologyKind kind) : VectorIndexTestStore
{
    private readonly List<PostgresConnection> _connections = [];

    public override GenerationSettings Generation => new() { Sequences = 3, OperationsPerSequence = 60, FirstSeed = 1 + ((ulong)kind * 1_000) };

    public override int Repetitions => 20;

    public override bool IsExact => kind == PostgresTopologyKind.Plain;

    /// <summary>With fewer than 2,000 no index is asked.</summary>
    public override int RecallItems => kind == PostgresTopologyKind.Node ? 2_000 : 1_000;

    public override async ValueTask<IVectorIndex> OpenAsync()
    {
        var connection = PostgresTestClient.Borrow(await VectorDatabase.GetSourceAsync(kind));
        _connections.Add(connection);
        return new PostgresVectorIndex(connection, new PostgresVectorSupport(connection), NullLogger<PostgresVectorIndex>.Instance);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
