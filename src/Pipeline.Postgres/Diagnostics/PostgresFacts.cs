using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Diagnostics;

/// <summary>What a server tells of itself in one statement, by name.</summary>
internal sealed class PostgresFacts
{
    private readonly Dictionary<string, object?> _fields;

    private PostgresFacts(string name, Dictionary<string, object?> fields)
    {
        Name = name;
        _fields = fields;
    }

    /// <summary>What the doctor calls the server.</summary>
    public string Name { get; }

    /// <summary>Asks a server. Neither needs nor makes the schema.</summary>
    /// <exception cref="BackendUnavailableException">It does not answer.</exception>
    /// <exception cref="BackendRefusedException">It does not tell.</exception>
    public static ValueTask<PostgresFacts> ReadAsync(PostgresConnection connection, CancellationToken cancellationToken) => connection.CallUnpreparedAsync(
        "doctor", connection.CommandTimeout, connection, QueryAsync, cancellationToken);

    /// <summary>A fact; null where the server does not have it, or does not tell.</summary>
    public string? Text(string field) => _fields[field] as string;

    public long? Number(string field) => _fields[field] as long?;

    public double? Real(string field) => _fields[field] as double?;

    /// <summary>Whether something is so, as far as it is known.</summary>
    public bool Is(string field) => _fields[field] is true or "on";

    private static async ValueTask<PostgresFacts> QueryAsync(NpgsqlConnection database, PostgresConnection connection, CancellationToken deadline)
    {
        var command = PostgresConnection.Command(database, connection.Sql["Diagnostics/server.sql"]);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Text(connection.SchemaName);
            var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(deadline).ConfigureAwait(false);
                return new PostgresFacts(connection.Backend, Enumerable.Range(0, reader.FieldCount).ToDictionary(
                    reader.GetName, column => reader.IsDBNull(column) ? null : reader.GetValue(column), StringComparer.Ordinal));
            }
        }
    }
}
