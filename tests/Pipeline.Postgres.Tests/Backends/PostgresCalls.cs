using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Postgres.Backends;

/// <summary>Runs statements of a test's own over a connection of the suite's.</summary>
internal static class PostgresCalls
{
    public static ValueTask<int> RunAsync(this PostgresConnection connection, string sql, CancellationToken cancellationToken = default) =>
        connection.ExecuteAsync("test", sql, 0, static (_, _) => { }, cancellationToken);

    public static ValueTask<object?> AskAsync(this PostgresConnection connection, string sql = "SELECT 1", CancellationToken cancellationToken = default) =>
        connection.QueryAsync(
            "test",
            sql,
            0,
            static (_, _) => { },
            static async (reader, _, deadline) => await reader.ReadAsync(deadline) && !reader.IsDBNull(0) ? reader.GetValue(0) : null,
            cancellationToken);

    /// <summary>Whether the server answers; whatever else it does is thrown.</summary>
    public static async Task<bool> AnswersAsync(this PostgresConnection connection, string sql = "SELECT 1")
    {
        try
        {
            await connection.AskAsync(sql);
            return true;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }

    public static async Task<BackendUnavailableException> FailsAsync(this PostgresConnection connection, string sql = "SELECT 1") =>
        await Xunit.Assert.ThrowsAsync<BackendUnavailableException>(async () => await connection.AskAsync(sql));

    public static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        change(builder);
        return builder.ConnectionString;
    }
}
