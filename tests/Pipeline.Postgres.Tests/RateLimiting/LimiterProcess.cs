using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.RateLimiting;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>A limiter with connections of its own, as a process has it.</summary>
internal sealed class LimiterProcess(PostgresConnection connection) : IAsyncDisposable
{
    public PostgresRateLimiter Limiter { get; } = new(connection);

    /// <summary>Starts one, and makes its schema.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="timeout">The deadline of its calls.</param>
    /// <param name="time">Its clock.</param>
    public static async Task<LimiterProcess> StartAsync(string connectionString, TimeSpan? timeout = null, TimeProvider? time = null)
    {
        // What connects and prepares for the first time must not be hurried.
        var source = PostgresSource.Own(new NpgsqlConnectionStringBuilder(connectionString));
        await using (var first = new PostgresConnection(source with { IsOwned = false }, new() { CommandTimeout = TimeSpan.FromMinutes(2) }, "", TimeProvider.System, NullLogger<PostgresConnection>.Instance))
        {
            await first.PrepareAsync(CancellationToken.None);
        }

        var options = new PostgresOptions { CommandTimeout = TimeSpan.FromSeconds(30) };
        options.CommandTimeout = timeout ?? options.CommandTimeout;
        return new(new PostgresConnection(source, options, "", time ?? TimeProvider.System, NullLogger<PostgresConnection>.Instance));
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
