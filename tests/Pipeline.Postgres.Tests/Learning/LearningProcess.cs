using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.Vectors;

namespace Pipeline.Postgres.Learning;

/// <summary>A process that has learnings in a database.</summary>
internal sealed class LearningProcess : IAsyncDisposable
{
    private readonly PostgresVectorSupport _vectors;

    private LearningProcess(PostgresConnection connection)
    {
        Connection = connection;
        _vectors = new PostgresVectorSupport(connection);
        Store = new PostgresLearningStore(connection, _vectors, NullLogger<PostgresLearningStore>.Instance);
    }

    public PostgresConnection Connection { get; }

    public PostgresLearningStore Store { get; }

    public static LearningProcess Start(string connectionString, Action<PostgresOptions>? configure = null)
    {
        var options = new PostgresOptions { CommandTimeout = TimeSpan.FromSeconds(30) };
        configure?.Invoke(options);
        return new(new PostgresConnection(
            PostgresSource.Own(new NpgsqlConnectionStringBuilder(connectionString)), options, suite: "", TimeProvider.System, NullLogger<PostgresConnection>.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        _vectors.Dispose();
        await Connection.DisposeAsync();
    }
}
