using Npgsql;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Postgres.Fixtures;

/// <summary>A database of a test class's own on the server that all share.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresNode? _node;
    private NpgsqlDataSource? _source;

    public PostgresNode Node => _node!;

    public NpgsqlDataSource Source => _source!;

    /// <summary>Gets what connects to the database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Gets the name of the database.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(ConnectionString).Database!;

    public async Task InitializeAsync()
    {
        _node = await SharedServers.NodeAsync();
        ConnectionString = await _node.CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        if (_source is null)
            return;

        await _source.DisposeAsync();
        await Node.DropDatabaseAsync(Database);
    }
}
