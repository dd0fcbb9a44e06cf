using System.Globalization;
using System.Net;
using Npgsql;

namespace Pipeline.Postgres.Servers;

/// <summary>A server that runs, and what its superuser does there: makes databases, looks, and ends sessions.</summary>
/// <remarks>Its own connections are not pooled, so that none outlives a server.</remarks>
public class PostgresNode
{
    /// <summary>The name of the superuser of servers that the tests start.</summary>
    public const string Superuser = "postgres";

    private const int PoolSize = 20;
    private readonly NpgsqlConnectionStringBuilder? _named;

    /// <summary>Takes a server that was there.</summary>
    /// <param name="connectionString">Connects to it as a user who may create databases.</param>
    public PostgresNode(string connectionString) => _named = new NpgsqlConnectionStringBuilder(connectionString);

    private protected PostgresNode()
    {
    }

    /// <summary>Gets the host and port; a host that is a name stands for the loopback address.</summary>
    public virtual IPEndPoint EndPoint => new(IPAddress.TryParse(_named!.Host, out var address) ? address : IPAddress.Loopback, _named.Port);

    /// <summary>Gets what a connection string says of the server itself.</summary>
    private protected virtual NpgsqlConnectionStringBuilder Login => new(_named!.ConnectionString);

    /// <summary>Returns what a client needs to connect to a database, with a small pool.</summary>
    /// <param name="database">The database.</param>
    /// <param name="through">The proxy or pooler that the client shall go through, or null for none.</param>
    public string ConnectionString(string database, IPEndPoint? through = null)
    {
        var builder = Login;
        builder.Database = database;
        builder.MaxPoolSize = PoolSize;
        if (through is not null)
            (builder.Host, builder.Port) = (through.Address.ToString(), through.Port);
        return builder.ConnectionString;
    }

    /// <summary>Creates a database.</summary>
    /// <param name="name">Its name, or null for one that nobody else uses.</param>
    /// <param name="template">What it is a copy of.</param>
    /// <returns>What connects to it.</returns>
    public async Task<string> CreateDatabaseAsync(string? name = null, string template = "template1")
    {
        name ??= $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {Quoted(name)} TEMPLATE {Quoted(template)}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {Quoted(name)} WITH (FORCE)");

    /// <summary>Runs statements over a connection of its own.</summary>
    /// <param name="sql">The statements.</param>
    /// <param name="database">The database, or null for that of the superuser.</param>
    public async Task ExecuteAsync(string sql, string? database = null)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs a statement over a connection of its own.</summary>
    /// <returns>The first column of its first row; null where there is no row, or it is null.</returns>
    /// <param name="sql">The statement.</param>
    /// <param name="database">The database, or null for that of the superuser.</param>
    public async Task<object?> ScalarAsync(string sql, string? database = null)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is var value && value is DBNull ? null : value;
    }

    /// <summary>Ends the sessions of all clients but this one.</summary>
    /// <param name="database">Those of one database only, or null for all.</param>
    /// <returns>How many there were.</returns>
    public async Task<long> TerminateBackendsAsync(string? database = null) => (long)(await ScalarAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() {(database is null ? "" : $"AND datname = {Literal(database)}")}
        """)))!;

    /// <summary>Opens a connection of the superuser's that belongs to no pool.</summary>
    /// <param name="database">The database, or null for that of the superuser.</param>
    public async Task<NpgsqlConnection> OpenAsync(string? database = null)
    {
        var builder = Login;
        builder.Pooling = false;
        if (database is not null)
            builder.Database = database;
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    internal static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
