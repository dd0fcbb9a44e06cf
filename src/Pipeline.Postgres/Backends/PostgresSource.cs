using Npgsql;

namespace Pipeline.Backends;

/// <summary>Where connections come from, and whose they are.</summary>
/// <param name="Address">The server and the database, without credentials.</param>
/// <param name="IsOwned">Whether the suite makes the data source, and so disposes it.</param>
/// <param name="DataSource">The data source.</param>
internal sealed record PostgresSource(string Address, bool IsOwned, NpgsqlDataSource DataSource)
{
    /// <summary>A data source of the suite's own.</summary>
    public static PostgresSource Own(NpgsqlConnectionStringBuilder connectionString)
    {
        var builder = PostgresConnectionString.WithDefaults(connectionString);
        return new(Describe(builder), IsOwned: true, NpgsqlDataSource.Create(builder));
    }

    /// <summary>The host's data source.</summary>
    public static PostgresSource Borrow(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return new(Describe(new NpgsqlConnectionStringBuilder(dataSource.ConnectionString)), IsOwned: false, dataSource);
    }

    public override string ToString() => Address;

    private static string Describe(NpgsqlConnectionStringBuilder builder) =>
        string.Join(',', (builder.Host ?? "").Split(',').Select(host => host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{builder.Port}"))
        + $"/{builder.Database ?? builder.Username}";
}
