using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>
/// A schema whose limiter reads another clock: the function that tells the time reads a table, whose value is the time itself or what is added to
/// the server's. All tests of a leaf share it, one after another, with keys of their own: to make a schema for each would take most of their time.
/// </summary>
internal sealed class TestClock(NpgsqlDataSource source, string schema) : IDisposable
{
    private const string ServersTime = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private static readonly ConcurrentDictionary<(PostgresTopologyKind Kind, bool IsManual), Lazy<Task<TestClock>>> Clocks = new();

    private readonly SemaphoreSlim _gate = new(1, 1);

    public NpgsqlDataSource Source => source;

    public string Schema => schema;

    public static Task<TestClock> GetAsync(PostgresTopologyKind kind, bool isManual) =>
        Clocks.GetOrAdd((kind, isManual), static key => new(() => StartAsync(key.Kind, key.IsManual))).Value;

    /// <summary>Makes one that no other test has.</summary>
    public static async Task<TestClock> StartAsync(PostgresTopologyKind kind, bool isManual)
    {
        var source = NpgsqlDataSource.Create(await SharedServers.CreateDatabaseAsync(kind) + ";Max Auto Prepare=100;Auto Prepare Min Usages=2;No Reset On Close=true");
        var clock = new TestClock(source, isManual ? "by_hand" : "ahead");
        await using var connection = clock.Connect(TimeProvider.System);
        await connection.PrepareAsync(CancellationToken.None);
        await clock.RunAsync(
            $"""
            CREATE TABLE {clock.Schema}.test_clock (microseconds bigint);
            INSERT INTO {clock.Schema}.test_clock VALUES (0);
            CREATE OR REPLACE FUNCTION {clock.Schema}.limiter_now() RETURNS bigint LANGUAGE sql VOLATILE
            AS $body$ SELECT {(isManual ? "" : ServersTime + " + ")}microseconds FROM {clock.Schema}.test_clock $body$
            """);
        return clock;
    }

    /// <summary>A process of the fleet.</summary>
    public PostgresConnection Connect(TimeProvider time) =>
        new(PostgresSource.Borrow(source), new() { Schema = schema, CommandTimeout = TimeSpan.FromSeconds(30) }, "", time, NullLogger<PostgresConnection>.Instance);

    /// <summary>Changes the clock, so that nobody reads the time meanwhile.</summary>
    /// <param name="change">Changes the test's own idea of it.</param>
    /// <param name="value">What the table holds then.</param>
    public async ValueTask ChangeAsync(Action change, Func<long> value)
    {
        await _gate.WaitAsync();
        try
        {
            change();
            await RunAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE {schema}.test_clock SET microseconds = {value()}"));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reads what no change is under way for.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<T> read)
    {
        await _gate.WaitAsync();
        try
        {
            return read();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        source.Dispose();
        _gate.Dispose();
    }

    public async Task RunAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
