using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

/// <summary>
/// A database whose learnings go by a clock that stands still until a test moves it: to wait out every validity would take minutes a leaf, and what goes on by itself
/// goes on too far on a slow machine. All tests of a leaf share it, one after another, with tenants of their own.
/// </summary>
internal sealed class LearningClock(string connectionString)
{
    private static readonly ConcurrentDictionary<PostgresTopologyKind, Lazy<Task<LearningClock>>> Clocks = new();

    public string ConnectionString => connectionString;

    /// <summary>Whole microseconds, as the server counts.</summary>
    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Task<LearningClock> GetAsync(PostgresTopologyKind kind) => Clocks.GetOrAdd(kind, static key => new(() => StartAsync(key))).Value;

    public async Task AdvanceAsync(TimeSpan time)
    {
        Now += TimeSpan.FromMicroseconds(Math.Ceiling(time.TotalMicroseconds));
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE OR REPLACE FUNCTION {PostgresSchema.DefaultName}.learning_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
            AS $now$ SELECT {(Now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond} $now$
            """));
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<LearningClock> StartAsync(PostgresTopologyKind kind)
    {
        var clock = new LearningClock(await SharedServers.CreateEmptyDatabaseAsync(kind));
        await using var process = LearningProcess.Start(clock.ConnectionString);
        await process.Connection.PrepareAsync(CancellationToken.None);
        await clock.AdvanceAsync(TimeSpan.Zero);
        return clock;
    }
}
