using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

/// <summary>
/// A database whose learnings go by a clock that is ahead of the server's: to wait out every validity would take minutes a leaf. All tests of a leaf share it, one
/// after another, with tenants of their own.
/// </summary>
internal sealed class LearningClock(string connectionString)
{
    private static readonly ConcurrentDictionary<PostgresTopologyKind, Lazy<Task<LearningClock>>> Clocks = new();

    private TimeSpan _ahead;

    public string ConnectionString => connectionString;

    /// <summary>All test servers are of this machine, and so is their clock.</summary>
    public DateTimeOffset Now => DateTimeOffset.UtcNow + _ahead;

    public static Task<LearningClock> GetAsync(PostgresTopologyKind kind) => Clocks.GetOrAdd(kind, static key => new(() => StartAsync(key))).Value;

    public async Task AdvanceAsync(TimeSpan time)
    {
        _ahead += time;
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE OR REPLACE FUNCTION {PostgresSchema.DefaultName}.learning_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
            AS $now$ SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint + {_ahead.Ticks / TimeSpan.TicksPerMicrosecond} $now$
            """));
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<LearningClock> StartAsync(PostgresTopologyKind kind)
    {
        var clock = new LearningClock(await SharedServers.CreateEmptyDatabaseAsync(kind));
        await using var process = LearningProcess.Start(clock.ConnectionString);
        await process.Connection.PrepareAsync(CancellationToken.None);
        return clock;
    }
}
