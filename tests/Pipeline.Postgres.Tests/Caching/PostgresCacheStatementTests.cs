using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>What each call sends, counted on the wire and by the server.</summary>
public sealed class PostgresCacheStatementTests : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly CacheEntryOptions Sliding = new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = Minute };
    private static readonly CacheEntryOptions Announced = new() { FreshFor = Minute, AnnounceChange = true };

    private readonly PostgresFixture _fixture;
    private readonly PostgresProxy _proxy;
    private readonly CacheProcess _process;
    private readonly CacheProcess _other;
    private readonly string _run = $"{Guid.NewGuid():N}";

    // A clock that stands still keeps the beats out.
    public PostgresCacheStatementTests(PostgresFixture fixture)
    {
        _fixture = fixture;
        _proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        _process = CacheProcess.Start(fixture.Node.ConnectionString(fixture.Database, _proxy.EndPoint), time: new ManualTimeProvider());
        _other = CacheProcess.Start(fixture.ConnectionString, time: new ManualTimeProvider());
    }

    public async Task InitializeAsync()
    {
        await _process.HearAsync();
        await _process.GetAsync("warm");
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _other.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Reading_an_entry_is_one_plain_select()
    {
        await _process.SetAsync(Name("plain"), "value");
        await _process.SetTaggedAsync(Name("tagged"), "value", Name("t"), Name("u"));

        await ExpectAsync(1, () => _process.GetAsync(Name("plain")), "FROM \"pipeline\".cache_entries\nWHERE key = $1 AND keep_until > clock_timestamp()");
        await ExpectAsync(1, () => _process.GetAsync(Name("nothing")));
        await ExpectAsync(1, () => _process.GetAsync(Name("tagged")));
        await ExpectAsync(2, () => _process.GetAsync(Name("tagged"), CacheReadOptions.RequireFreshTags), "cache_tags WHERE tag = ANY");
        await ExpectAsync(1, () => _process.GetAsync(Name("plain"), CacheReadOptions.RequireFreshTags));
    }

    [Fact]
    public async Task A_tag_that_the_process_does_not_know_is_read_once()
    {
        await _other.SetTaggedAsync(Name("tagged"), "value", Name("t"), Name("u"));

        await ExpectAsync(2, () => _process.GetAsync(Name("tagged")));
        await ExpectAsync(1, () => _process.GetAsync(Name("tagged")));
        await _other.Cache.InvalidateTagAsync(Name("t"));
        await Waiting.UntilAsync(async () => await _process.GetAsync(Name("tagged")) is null, "the invalidation to be heard");
        await ExpectAsync(1, () => _process.GetAsync(Name("tagged")));
    }

    [Fact]
    public async Task Reading_a_sliding_entry_is_one_statement_once_the_process_has_met_it()
    {
        await _other.SetAsync(Name("sliding"), "value", Sliding);

        await ExpectAsync(2, () => _process.GetAsync(Name("sliding")));
        await ExpectAsync(1, () => _process.GetAsync(Name("sliding")), "UPDATE");
        await _other.SetAsync(Name("sliding"), "value");
        await ExpectAsync(1, () => _process.GetAsync(Name("sliding")), "UPDATE");
        await ExpectAsync(1, () => _process.GetAsync(Name("sliding")), "WHERE key = $1 AND keep_until");
    }

    [Fact]
    public async Task Each_write_is_one_statement_and_a_batch_of_a_hundred_still_one_and_invalidating_a_tag_is_two()
    {
        var keys = Enumerable.Range(0, 100).Select(i => Name($"{i}")).ToArray();
        var entries = keys.Select((key, i) => new CacheEntry(key, new ReadOnlySequence<byte>([1, 2, 3]), i % 2 == 0 ? Announced : Sliding)).ToArray();

        await ExpectAsync(1, () => _process.SetAsync(Name("a"), "value", Announced));
        await ExpectAsync(1, () => _process.AddAsync(Name("a"), "other"));
        await ExpectAsync(1, () => _process.Cache.RemoveAsync(Name("a")).AsTask());
        await ExpectAsync(1, () => _process.AddAsync(Name("a"), "value", Announced));
        await ExpectAsync(2, () => _process.Cache.InvalidateTagAsync(Name("t")).AsTask(), "pg_notify");
        await ExpectAsync(1, () => _process.Cache.ReadGenerationsAsync([.. keys[..64]]).AsTask());
        await ExpectAsync(1, () => _process.Cache.SetManyAsync(entries).AsTask());
        await ExpectAsync(1, () => _process.Cache.GetManyAsync(keys, new ArrayBufferWriter<byte>(), new CacheReadResult[100]).AsTask());
        var lease = default(CacheFillLease);
        await ExpectAsync(1, async () => lease = await _process.Leases.TryTakeAsync(Name("a"), Minute));
        await ExpectAsync(1, () => _process.Leases.TryTakeAsync(Name("a"), Minute).AsTask());
        await ExpectAsync(1, () => _process.Leases.RenewAsync(lease, Minute).AsTask());
        await ExpectAsync(1, () => _process.Leases.ReleaseAsync(lease).AsTask());
    }

    [Fact]
    public async Task Adding_where_something_invalid_lies_is_two_more_at_most()
    {
        await _process.SetTaggedAsync(Name("a"), "old", Name("t"));
        await _process.Cache.InvalidateTagAsync(Name("t"));

        await ExpectAsync(2, () => _process.AddAsync(Name("a"), "new"));

        await _other.SetTaggedAsync(Name("b"), "old", Name("unknown"));
        await _fixture.Node.ExecuteAsync($"DELETE FROM pipeline.cache_tags WHERE tag = '{Name("unknown")}'", _fixture.Database);
        await ExpectAsync(3, () => _process.AddAsync(Name("b"), "new"));
        (await _process.GetAsync(Name("a"))).Should().Be("new");
        (await _process.GetAsync(Name("b"))).Should().Be("new");
    }

    [Fact]
    public async Task The_server_counts_as_many()
    {
        var counter = new StatementCounter(_fixture.Node, _fixture.Database);
        await _process.SetAsync(Name("a"), "value");
        await counter.ResetAsync();

        for (var i = 0; i < 10; i++)
            await _process.GetAsync(Name("a"));

        (await counter.ReadAsync()).Operations.Should().Be(10);
    }

    private string Name(string name) => $"{name}-{_run}";

    private async Task ExpectAsync(int statements, Func<Task> call, string fragment = "")
    {
        _proxy.ResetCounts();
        await call();

        var counts = _proxy.Counts();
        counts.Runs.Should().Be(statements, "{0}", counts);
        counts.RoundTrips.Should().Be(statements, "{0}", counts);
        counts[fragment].Should().BePositive("{0}", counts);
    }
}
