using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Vectors;

namespace Pipeline.Postgres.Vectors;

/// <summary>An index as a process of an application has it, on a database of a test's own.</summary>
internal sealed class VectorProcess : IAsyncDisposable
{
    private readonly PostgresConnection _connection;
    private readonly PostgresVectorSupport _support;

    private VectorProcess(string connectionString)
    {
        ConnectionString = connectionString;
        _connection = PostgresTestClient.Connect(connectionString);
        _support = new PostgresVectorSupport(_connection);
        Index = new PostgresVectorIndex(_connection, _support, NullLogger<PostgresVectorIndex>.Instance);
    }

    public string ConnectionString { get; }

    public PostgresVectorIndex Index { get; }

    public static VectorProcess Open(string connectionString) => new(connectionString);

    public static async Task<VectorProcess> OpenAsync(PostgresTopologyKind kind = PostgresTopologyKind.Node, bool withExtension = true) =>
        new(await VectorDatabase.CreateAsync(kind, withExtension));

    /// <summary>Reads the first column of what a statement gives, as the owner of the database.</summary>
    public async Task<List<object>> RowsAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetValue(0));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _support.Dispose();
        await _connection.DisposeAsync();
    }
}
