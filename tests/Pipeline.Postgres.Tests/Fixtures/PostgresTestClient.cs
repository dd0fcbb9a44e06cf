using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Postgres.Fixtures;

/// <summary>Connects to test servers as a process of an application would.</summary>
internal static class PostgresTestClient
{
    /// <summary>Makes a connection of its own.</summary>
    public static PostgresConnection Connect(string connectionString, Action<PostgresOptions>? configure = null, TimeProvider? time = null) =>
        Connect(PostgresSource.Own(PostgresConnectionString.Parse(connectionString)), configure, time);

    /// <summary>Uses a data source that others use too.</summary>
    public static PostgresConnection Borrow(NpgsqlDataSource source, Action<PostgresOptions>? configure = null, TimeProvider? time = null) =>
        Connect(PostgresSource.Borrow(source), configure, time);

    private static PostgresConnection Connect(PostgresSource source, Action<PostgresOptions>? configure, TimeProvider? time)
    {
        // Servers of tests are shared by many, and slow when many start.
        var options = new PostgresOptions { CommandTimeout = TimeSpan.FromSeconds(30) };
        configure?.Invoke(options);
        return new PostgresConnection(source, options, suite: "", time ?? TimeProvider.System, NullLogger<PostgresConnection>.Instance);
    }
}
