using Npgsql;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a suite's roles on PostgreSQL: cache, rate limits, queues, telemetry, state, vectors and learnings.</summary>
public static class PipelinePostgresExtensions
{
    /// <summary>Puts the suite on a PostgreSQL database, over connections of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// The server, the database and how to log in, as Npgsql reads it, for instance <c>Host=localhost;Database=app;Username=app;Password=…</c>. What it
    /// does not say is set to what suits the suite, such as automatic preparation of statements.
    /// </param>
    /// <param name="roles">The roles to take. Default: each.</param>
    /// <param name="configure">How the database is used: schema, migrations, time-outs.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="connectionString"/> cannot be read, or names no host.</exception>
    /// <exception cref="InvalidOperationException">Another call has claimed one of the roles already.</exception>
    public static IPipelineBuilder UsePostgres(
        this IPipelineBuilder builder, string connectionString, PipelineRoles roles = PipelineRoles.All, Action<PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var parsed = PostgresConnectionString.Parse(connectionString);
        return PostgresRegistration.Add(builder, _ => PostgresSource.Own(parsed), roles, configure);
    }

    /// <summary>Puts the suite on PostgreSQL over the host's own data source, which the suite never disposes.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="find">Finds the data source, most often <c>services => services.GetRequiredService&lt;NpgsqlDataSource&gt;()</c>.</param>
    /// <param name="roles">The roles to take. Default: each.</param>
    /// <param name="configure">How the database is used: schema, migrations, time-outs.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Another call has claimed one of the roles already.</exception>
    public static IPipelineBuilder UsePostgres(
        this IPipelineBuilder builder,
        Func<IServiceProvider, NpgsqlDataSource> find,
        PipelineRoles roles = PipelineRoles.All,
        Action<PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(find);
        return PostgresRegistration.Add(builder, services => PostgresSource.Borrow(find(services)), roles, configure);
    }
}
