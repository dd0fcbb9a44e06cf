using Npgsql;
using Pipeline.Postgres.Servers;

namespace Pipeline.Postgres.Fixtures;

/// <summary>Counts the statements that a server has run in one database, by what the server itself says in <c>pg_stat_statements</c>.</summary>
/// <remarks>It counts what clients sent, not what functions and triggers ran. Reading and resetting happen in another database, so they are not counted.</remarks>
/// <param name="node">The server.</param>
/// <param name="database">The database.</param>
public sealed class StatementCounter(PostgresNode node, string database)
{
    /// <summary>Counts in the database that a connection string names.</summary>
    public static StatementCounter Of(PostgresNode node, string connectionString) => new(node, new NpgsqlConnectionStringBuilder(connectionString).Database!);

    /// <summary>Begins to count at zero.</summary>
    public async Task ResetAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = $1), 0)", connection) { Parameters = { new() { Value = database } } };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Returns what was counted since the last reset. A statement counts when its client has the answer.</summary>
    public async Task<StatementCounts> ReadAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT query, sum(calls)::bigint FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) GROUP BY query
            """,
            connection) { Parameters = { new() { Value = database } } };
        await using var reader = await command.ExecuteReaderAsync();
        var calls = new List<KeyValuePair<string, long>>();
        while (await reader.ReadAsync())
            calls.Add(new(reader.GetString(0), reader.GetInt64(1)));
        return new StatementCounts(calls);
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await node.OpenAsync();
        try
        {
            await using var command = new NpgsqlCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", connection);
            await command.ExecuteNonQueryAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
