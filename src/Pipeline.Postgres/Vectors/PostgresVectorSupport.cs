using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>What the database can do with vectors, for all rooms that store them. Thread safe.</summary>
internal sealed class PostgresVectorSupport(PostgresConnection connection) : IDisposable
{
    // An index over millions of rows takes as long as it takes.
    private static readonly TimeSpan IndexPatience = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile PostgresVectorSql? _known;

    /// <summary>Gets the expressions that suit the database. Asks it once.</summary>
    public ValueTask<PostgresVectorSql> GetAsync(CancellationToken cancellationToken) =>
        _known is { } known ? new ValueTask<PostgresVectorSql>(known) : AskOnceAsync(cancellationToken);

    /// <summary>Asks the database again: the extension may have come, or gone.</summary>
    public async ValueTask<PostgresVectorSql> AskAsync(CancellationToken cancellationToken)
    {
        var extension = await connection.QueryAsync(
            "vector extension", connection.Sql["Vectors/extension.sql"], state: 0, static (_, _) => { }, ReadExtensionAsync, cancellationToken).ConfigureAwait(false);
        var found = new PostgresVectorSql(PostgresSchema.Quote(connection.SchemaName), extension);
        if (_known != found)
        {
            _known = found;
        }

        return found;
    }

    /// <summary>Makes the HNSW index of one table's vectors, unless it is there.</summary>
    /// <param name="index">What, and over what.</param>
    /// <param name="cancellationToken">Gives up waiting. The index may be made all the same.</param>
    /// <returns>Whether it is there: not without pgvector, nor for a dimension that it does not index.</returns>
    public ValueTask<bool> CreateIndexAsync(PostgresVectorIndexDefinition index, CancellationToken cancellationToken) =>
        connection.CallAsync("vector create index", IndexPatience, (Connection: connection, Index: index), RunCreateIndexAsync, cancellationToken);

    public void Dispose() => _gate.Dispose();

    private static async ValueTask<bool> RunCreateIndexAsync(
        NpgsqlConnection database, (PostgresConnection Connection, PostgresVectorIndexDefinition Index) call, CancellationToken deadline)
    {
        var command = PostgresConnection.Command(database, call.Connection.Sql["Vectors/create-index.sql"]);
        await using (command.ConfigureAwait(false))
        {
            var index = call.Index;
            command.Parameters.Text(index.Name).Text(index.Table).Text(index.Column).Int(index.Dimension).Int((int)index.Distance).Text(index.KeyColumn).Long(index.Key);
            return await command.ExecuteScalarAsync(deadline).ConfigureAwait(false) is true;
        }
    }

    private static async ValueTask<PostgresVectorExtension?> ReadExtensionAsync(NpgsqlDataReader reader, int state, CancellationToken deadline)
    {
        if (!await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            return null;
        }

        // What cannot be read counts as too old for indexes; distances it has.
        return new(reader.GetString(0), Version.TryParse(reader.GetString(1), out var version) ? version : new Version(0, 0));
    }

    private async ValueTask<PostgresVectorSql> AskOnceAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _known ?? await AskAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
