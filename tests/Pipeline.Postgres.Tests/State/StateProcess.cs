using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Postgres.State;

/// <summary>A process that has state on a server.</summary>
internal sealed class StateProcess : IAsyncDisposable
{
    private StateProcess(PostgresConnection connection)
    {
        Connection = connection;
        Store = new PostgresStateStore(connection, NullLogger<PostgresStateStore>.Instance);
    }

    public PostgresConnection Connection { get; }

    public PostgresStateStore Store { get; }

    public static StateProcess Start(string connectionString, Action<PostgresOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new PostgresOptions { CommandTimeout = TimeSpan.FromSeconds(30) };
        configure?.Invoke(options);
        return new(new PostgresConnection(
            PostgresSource.Own(new NpgsqlConnectionStringBuilder(connectionString)), options, suite: "", time ?? TimeProvider.System, NullLogger<PostgresConnection>.Instance));
    }

    public static StateProcess On(PostgresConnection connection) => new(connection);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
