using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Npgsql;
using Pipeline.Postgres.Servers;

namespace Pipeline.Postgres.Fixtures;

/// <summary>
/// A database whose sessions are told a time that stands still until a test moves it, so that nobody has to wait for it and no machine is too slow: functions of the names
/// that tell the time stand before the server's own in the search path. All facts of a suite share it, one after another. Each look at the clock is a microsecond later than
/// the one before, since no server runs two statements in one.
/// </summary>
internal sealed class MovableClock
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<MovableClock>>> Clocks = new(StringComparer.Ordinal);

    private readonly PostgresNode _node;
    private readonly string _database;
    private readonly NpgsqlDataSource _source;
    private readonly StandingTime _time = new();
    private readonly Ahead _waiting = new();

    private MovableClock(PostgresNode node, string connectionString)
    {
        _node = node;
        _database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 4 });
    }

    /// <summary>Gets what changes and reads the database by the server's own time.</summary>
    public NpgsqlDataSource Source => _source;

    /// <summary>Gets the clock of a process, which is moved with the server's.</summary>
    public TimeProvider ClientTime => _time;

    /// <summary>Gets the clock of a process that waits and has beats of its own: it goes on by itself, and is put ahead as far as the server's is moved.</summary>
    public TimeProvider WaitingTime => _waiting;

    /// <summary>Returns the clock of a suite.</summary>
    public static Task<MovableClock> GetAsync(string suite) => Clocks.GetOrAdd(suite, static _ => new(StartAsync)).Value;

    /// <summary>Returns what connects a process to the database.</summary>
    /// <param name="through">The proxy that it shall go through, or null for none.</param>
    public string ConnectionString(IPEndPoint? through = null) =>
        new NpgsqlConnectionStringBuilder(_node.ConnectionString(_database, through)) { SearchPath = "test_clock,pg_catalog,public" }.ConnectionString;

    /// <summary>Moves the clock on.</summary>
    public async ValueTask AdvanceAsync(TimeSpan time)
    {
        var microseconds = (long)Math.Ceiling(time.TotalMicroseconds);
        await using var command = _source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture, $"UPDATE test_clock.standing SET at = at + {microseconds} * interval '1 microsecond'"));
        await command.ExecuteNonQueryAsync();
        _time.Advance(TimeSpan.FromMicroseconds(microseconds));
        _waiting.Add(TimeSpan.FromMicroseconds(microseconds));
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
        await using var command = clock._source.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE SCHEMA test_clock;
            CREATE TABLE test_clock.standing (at timestamptz NOT NULL);
            INSERT INTO test_clock.standing VALUES ('{clock._time.GetUtcNow():O}');
            CREATE SEQUENCE test_clock.looks;
            CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
                AS $$SELECT at + nextval('test_clock.looks') * interval '1 microsecond' FROM test_clock.standing$$;
            CREATE FUNCTION test_clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
                AS 'SELECT at + (SELECT last_value FROM test_clock.looks) * interval ''1 microsecond'' FROM test_clock.standing';
            """));
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
