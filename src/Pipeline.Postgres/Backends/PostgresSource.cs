using Npgsql;

namespace Pipeline.Backends;

/// <summary>Where connections come from, and whose they are.</summary>
/// <param name="Address">The server and the database, without credentials.</param>
/// <param name="IsOwned">Whether the suite makes the data source, and so disposes it.</param>
/// <param name="DataSource">The data source.</param>
/// <param name="MaxPoolSize">How many connections it opens at most; null where it pools none.</param>
/// <param name="Prepares">Whether it prepares statements by itself.</param>
internal sealed record PostgresSource(string Address, bool IsOwned, NpgsqlDataSource DataSource, int? MaxPoolSize, bool Prepares)
{
    /// <summary>A data source of the suite's own.</summary>
    public static PostgresSource Own(NpgsqlConnectionStringBuilder connectionString)
    {
        var builder = PostgresConnectionString.WithDefaults(connectionString);
        return Describe(builder, isOwned: true, NpgsqlDataSource.Create(builder));
    }

    /// <summary>The host's data source.</summary>
    public static PostgresSource Borrow(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return Describe(new NpgsqlConnectionStringBuilder(dataSource.ConnectionString), isOwned: false, dataSource);
    }

    public override string ToString() => Address;

    private static PostgresSource Describe(NpgsqlConnectionStringBuilder builder, bool isOwned, NpgsqlDataSource dataSource) =>
        new(AddressOf(builder), isOwned, dataSource, builder.Pooling ? builder.MaxPoolSize : null, builder.MaxAutoPrepare > 0);

    private static string AddressOf(NpgsqlConnectionStringBuilder builder) =>
        string.Join(',', (builder.Host ?? "").Split(',').Select(host => host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{builder.Port}"))
        + $"/{builder.Database ?? builder.Username}";
}
