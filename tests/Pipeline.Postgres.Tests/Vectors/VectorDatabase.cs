using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Vectors;

/// <summary>
/// The database of the vector tests on each kind of server: one for all, since collections have names that occur once. Its owner is a role that is no
/// superuser, so that row-level security holds it as it holds an application.
/// </summary>
internal static class VectorDatabase
{
    private static readonly ConcurrentDictionary<PostgresTopologyKind, Lazy<Task<string>>> Shared = new();
    private static readonly ConcurrentDictionary<PostgresTopologyKind, Lazy<Task<NpgsqlDataSource>>> Sources = new();

    /// <summary>Gets what connects to the shared database.</summary>
    public static Task<string> GetAsync(PostgresTopologyKind kind) => Shared.GetOrAdd(kind, static kind => new(() => CreateAsync(kind))).Value;

    /// <summary>Gets the sessions of the shared database, which many tests use: each makes its plans once.</summary>
    public static Task<NpgsqlDataSource> GetSourceAsync(PostgresTopologyKind kind) => Sources.GetOrAdd(
        kind,
        static kind => new(async () => NpgsqlDataSource.Create(Pipeline.Backends.PostgresConnectionString.WithDefaults(new NpgsqlConnectionStringBuilder(await GetAsync(kind)))))).Value;

    /// <summary>Makes a database of one's own.</summary>
    /// <param name="kind">Where.</param>
    /// <param name="withExtension">Whether pgvector is made in it, where the server has it. The owner could not.</param>
    /// <returns>What connects to it as its owner.</returns>
    public static async Task<string> CreateAsync(PostgresTopologyKind kind, bool withExtension = true)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await SharedServers.CreateEmptyDatabaseAsync(kind)) { MaxPoolSize = 10 };
        var (database, role) = (connectionString.Database!, $"owner_{Guid.NewGuid():N}");
        await RunAsync(connectionString.ConnectionString, $"CREATE ROLE {role} LOGIN PASSWORD '{role}'; ALTER DATABASE \"{database}\" OWNER TO {role}");
        if (withExtension && kind != PostgresTopologyKind.Plain)
        {
            await RunAsync(connectionString.ConnectionString, "CREATE EXTENSION IF NOT EXISTS vector");
        }

        (connectionString.Username, connectionString.Password) = (role, role);
        return connectionString.ConnectionString;
    }

    /// <summary>Runs statements as the user of a connection string.</summary>
    public static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
