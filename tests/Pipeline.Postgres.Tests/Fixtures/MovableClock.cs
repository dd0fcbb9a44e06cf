using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Npgsql;
using Pipeline.Postgres.Servers;

namespace Pipeline.Postgres.Fixtures;

/// <summary>
/// A database whose sessions are told a time that tests put ahead, so that nobody has to wait for it: functions of the names that tell the time stand before the server's
/// own in the search path. All facts of a suite share it, one after another. The clock goes on by itself, too.
/// </summary>
internal sealed class MovableClock
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<MovableClock>>> Clocks = new(StringComparer.Ordinal);

    private readonly PostgresNode _node;
    private readonly string _database;
    private readonly NpgsqlDataSource _source;
    private readonly Ahead _time = new();

    private MovableClock(PostgresNode node, string connectionString)
    {
        _node = node;
        _database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 4 });
    }

    /// <summary>Gets what changes and reads the database by the server's own time.</summary>
    public NpgsqlDataSource Source => _source;

    /// <summary>Gets the clock of a process, which is put ahead with the server's.</summary>
    public TimeProvider ClientTime => _time;

    /// <summary>Returns the clock of a suite.</summary>
    public static Task<MovableClock> GetAsync(string suite) => Clocks.GetOrAdd(suite, static _ => new(StartAsync)).Value;

    /// <summary>Returns what connects a process to the database.</summary>
    /// <param name="through">The proxy that it shall go through, or null for none.</param>
    public string ConnectionString(IPEndPoint? through = null) =>
        new NpgsqlConnectionStringBuilder(_node.ConnectionString(_database, through)) { SearchPath = "test_clock,pg_catalog,public" }.ConnectionString;

    /// <summary>Puts the clock ahead.</summary>
    public async ValueTask AdvanceAsync(TimeSpan time)
    {
        var microseconds = (long)Math.Ceiling(time.TotalMicroseconds);
        await using var command = _source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture, $"UPDATE test_clock.shift SET ahead = ahead + {microseconds} * interval '1 microsecond'"));
        await command.ExecuteNonQueryAsync();
        _time.Add(TimeSpan.FromMicroseconds(microseconds));
    }

    /// <summary>Reads the clock.</summary>
    public async ValueTask<DateTimeOffset> ReadAsync()
    {
        await using var command = _source.CreateCommand("SELECT test_clock.clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync())!);
    }

    private static async Task<MovableClock> StartAsync()
    {
        var clock = new MovableClock(await SharedServers.NodeAsync(), await SharedServers.CreateDatabaseAsync());
        await using var command = clock._source.CreateCommand(
            """
            CREATE SCHEMA test_clock;
            CREATE TABLE test_clock.shift (ahead interval NOT NULL);
            INSERT INTO test_clock.shift VALUES ('0');
            CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
                AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM test_clock.shift';
            CREATE FUNCTION test_clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
                AS 'SELECT pg_catalog.statement_timestamp() + ahead FROM test_clock.shift';
            """);
        await command.ExecuteNonQueryAsync();
        return clock;
    }

    private sealed class Ahead : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Volatile.Read(ref _ticks));

        public void Add(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
    }
}
