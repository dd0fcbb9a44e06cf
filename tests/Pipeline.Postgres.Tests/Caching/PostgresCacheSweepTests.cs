using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>What has expired goes away with what is written.</summary>
public sealed class PostgresCacheSweepTests : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Expired = 2_000;

    private readonly PostgresFixture _fixture;
    private readonly CacheProcess _process;

    public PostgresCacheSweepTests(PostgresFixture fixture)
    {
        _fixture = fixture;
        _process = CacheProcess.Start(fixture.ConnectionString);
    }

    public async Task InitializeAsync()
    {
        await _process.SetAsync("kept", "value");
        await RunAsync($"TRUNCATE pipeline.cache_entries, pipeline.cache_tags, pipeline.cache_leases");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Fact]
    public async Task Expired_entries_are_gone_after_a_few_times_as_many_writes_and_others_stay()
    {
        await _process.SetAsync("kept", "value");
        await RunAsync($"INSERT INTO pipeline.cache_entries (key, keep_until, entry) SELECT 'old ' || i, now() - interval '1 second', repeat('x', 1500)::bytea FROM generate_series(1, {Expired}) AS i");

        for (var i = 0; i < 3 * Expired / 100; i++)
        {
            await _process.Cache.SetManyAsync(
                Enumerable.Range(0, 100).Select(j => new CacheEntry($"new {j}", new ReadOnlySequence<byte>(new byte[100]), new() { FreshFor = TimeSpan.FromHours(1) })).ToArray());
        }

        (await CountAsync("cache_entries WHERE key LIKE 'old %'")).Should().Be(0);
        (await _process.GetAsync("kept")).Should().Be("value");
        (await CountAsync("cache_entries")).Should().Be(101);
    }

    [Fact]
    public async Task What_is_locked_is_passed_over()
    {
        await RunAsync("INSERT INTO pipeline.cache_entries (key, keep_until, entry) SELECT 'old ' || i, now() - interval '1 second', '' FROM generate_series(1, 50) AS i");
        await using var connection = await _fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("SELECT FROM pipeline.cache_entries WHERE key = 'old 7' FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync();

        for (var i = 0; i < 64; i++)
            await _process.SetAsync("new", "value");

        (await CountAsync("cache_entries WHERE key LIKE 'old %'")).Should().Be(1);
    }

    [Fact]
    public async Task Leases_of_lost_holders_and_counters_that_nobody_used_for_long_go_too()
    {
        await RunAsync("INSERT INTO pipeline.cache_leases SELECT 'old ' || i, gen_random_uuid(), now() - interval '1 second' FROM generate_series(1, 500) AS i");
        await RunAsync("INSERT INTO pipeline.cache_tags SELECT 'old ' || i, 1, now() - interval '1 second' FROM generate_series(1, 500) AS i");

        for (var i = 0; i < 64; i++)
        {
            await _process.Leases.ReleaseAsync(await _process.Leases.TryTakeAsync("a", TimeSpan.FromMinutes(1)));
            await _process.Cache.ReadGenerationsAsync(["t"]);
        }

        (await CountAsync("cache_leases")).Should().Be(0);
        (await CountAsync("cache_tags")).Should().Be(1);
    }

    [Fact]
    public async Task A_counter_that_is_in_use_is_kept_and_written_seldom()
    {
        await _process.Cache.ReadGenerationsAsync(["t"]);
        var generation = (await _process.Cache.ReadGenerationsAsync(["t"]))[0].Generation;
        var version = await _fixture.Node.ScalarAsync("SELECT xmin::text FROM pipeline.cache_tags", _fixture.Database);
        await _process.Cache.ReadGenerationsAsync(["t"]);
        (await _fixture.Node.ScalarAsync("SELECT xmin::text FROM pipeline.cache_tags", _fixture.Database)).Should().Be(version);

        await RunAsync("UPDATE pipeline.cache_tags SET keep_until = now() + interval '74 days'");
        (await _process.Cache.ReadGenerationsAsync(["t"]))[0].Generation.Should().Be(generation);

        (await CountAsync("cache_tags WHERE keep_until > now() + interval '99 days'")).Should().Be(1);
    }

    [Fact]
    public async Task Entries_are_replaced_and_extended_within_their_page()
    {
        await _process.SetAsync("a", "value", new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = TimeSpan.FromMinutes(1) });
        await using var connection = await _fixture.Source.OpenConnectionAsync();
        for (var i = 0; i < 20; i++)
        {
            await _process.GetAsync("a");
            await _process.SetAsync("a", $"{i}", new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = TimeSpan.FromMinutes(1) });
        }

        (await CountAsync("cache_entries WHERE ctid < '(1,0)'")).Should().Be(1, "the page is cleaned as it is read");
    }

    private Task RunAsync(string sql) => _fixture.Node.ExecuteAsync(sql, _fixture.Database);

    private async Task<long> CountAsync(string rows) => (long)(await _fixture.Node.ScalarAsync($"SELECT count(*) FROM pipeline.{rows}", _fixture.Database))!;
}
