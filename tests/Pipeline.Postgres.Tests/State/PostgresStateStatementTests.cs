using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

/// <summary>What each call sends, and what expired entries cost.</summary>
public sealed class PostgresStateStatementTests : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly PostgresFixture _fixture;
    private readonly PostgresProxy _proxy;
    private readonly StateProcess _process;
    private readonly string _space = $"space-{Guid.NewGuid():N}";

    // A clock that stands still keeps the beats out.
    public PostgresStateStatementTests(PostgresFixture fixture)
    {
        _fixture = fixture;
        _proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        _process = StateProcess.Start(fixture.Node.ConnectionString(fixture.Database, _proxy.EndPoint), time: new ManualTimeProvider());
    }

    private PostgresStateStore Store => _process.Store;

    public async Task InitializeAsync() => await Store.GetTimeAsync();

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Each_call_is_one_statement_whatever_its_outcome_and_changes_are_told_apart()
    {
        var key = new StateKey(_space, "key");
        var counter = new StatementCounter(_fixture.Node, _fixture.Database);
        await counter.ResetAsync();
        _proxy.ResetCounts();

        await Store.GetAsync(key);
        var written = await Store.CompareAndSetAsync(key, default, StateEntry.NoVersion);
        (await Store.CompareAndSetAsync(key, default, StateEntry.NoVersion)).Current!.Value.Version.Should().Be(written.Version);
        (await Store.CompareAndSetAsync(key, default, written.Version, TimeSpan.FromHours(1))).Succeeded.Should().BeTrue();
        (await Store.CompareAndSetAsync(key, default, written.Version)).Succeeded.Should().BeFalse();
        await Store.ListAsync(_space);
        await Store.GetTimeAsync();
        (await Store.DeleteAsync(key)).Should().BeTrue();
        (await Store.DeleteAsync(key)).Should().BeFalse();
        (await Store.CompareAndSetAsync(key, default, written.Version)).Succeeded.Should().BeFalse();

        // Three changes, told one by one or together.
        await _process.Connection.Notifications.FlushAsync(PostgresTopic.State);
        var counts = _proxy.Counts();
        var told = counts["pg_notify"];
        told.Should().BeInRange(1, 3, "{0}", counts);
        counts.Runs.Should().Be(10 + told, "{0}", counts);
        counts.RoundTrips.Should().Be(10 + told, "{0}", counts);
        (await counter.ReadAsync()).Operations.Should().Be(10 + told);
    }

    [Fact]
    public async Task Watches_of_any_number_are_one_connection_and_send_nothing_while_they_wait()
    {
        await using var first = Store.WatchAsync(_space).GetAsyncEnumerator();
        await first.MoveNextAsync();
        _proxy.ResetCounts();

        for (var i = 0; i < 20; i++)
        {
            var watch = Store.WatchAsync($"{_space} {i}").GetAsyncEnumerator();
            (await watch.MoveNextAsync()).Should().BeTrue();
        }

        _proxy.Counts().Runs.Should().Be(0);
    }

    [Fact]
    public async Task Expired_entries_go_with_what_is_written_and_nothing_else_does()
    {
        const int Expired = 400;
        await RunAsync(
            $"""
            INSERT INTO pipeline.state_entries (space, key, version, expires_at, value)
            SELECT '{_space}', 'old ' || i, nextval('pipeline.state_versions'), CASE WHEN i % 10 = 0 THEN NULL ELSE now() - interval '1 second' END, repeat('x', 1500)::bytea
            FROM generate_series(1, {Expired}) AS i
            """);

        for (var i = 0; i < Expired * 2; i++)
            await Store.CompareAndSetAsync(new StateKey(_space, $"new {i}"), new byte[100], StateEntry.NoVersion, TimeSpan.FromHours(1));

        (await CountAsync($"space = '{_space}' AND key LIKE 'old %' AND expires_at IS NOT NULL")).Should().Be(0);
        (await CountAsync($"space = '{_space}' AND key LIKE 'old %'")).Should().Be(Expired / 10);
        (await CountAsync($"space = '{_space}' AND key LIKE 'new %'")).Should().Be(Expired * 2);
    }

    [Fact]
    public async Task A_listing_passes_over_a_few_expired_entries_and_goes_on_in_the_next_page()
    {
        await RunAsync(
            $"""
            INSERT INTO pipeline.state_entries (space, key, version, expires_at, value)
            SELECT '{_space}', lpad(i::text, 6, '0'), nextval('pipeline.state_versions'), CASE WHEN i % 500 = 0 THEN NULL ELSE now() - interval '1 second' END, 'x'::bytea
            FROM generate_series(1, 1000) AS i
            """);
        var (found, pages, after) = (new List<string>(), 0, (string?)null);
        do
        {
            var page = await Store.ListAsync(_space, after: after, limit: 10);
            found.AddRange(page.Items.Select(item => item.Key.Key));
            (after, pages) = (page.Next, pages + 1);
        }
        while (after is not null);

        found.Should().Equal("000500", "001000");
        pages.Should().Be(14);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("acme/", "acme0")]
    [InlineData("\uD7FF", "\uE000")]
    [InlineData("a\U0010FFFF", "b")]
    public void What_comes_after_a_prefix_is_found(string prefix, string end) => PostgresStateStore.EndOf(prefix).Should().Be(end);

    [Fact]
    public async Task A_prefix_of_the_greatest_character_has_its_entries()
    {
        string[] keys = ["\U0010FFFF", "\U0010FFFF\U0010FFFF", string.Concat(Enumerable.Repeat("\U0010FFFF", 128))];
        foreach (var key in keys)
            await Store.CompareAndSetAsync(new StateKey(_space, key), default, StateEntry.NoVersion);
        await Store.CompareAndSetAsync(new StateKey(_space, "\uFFFD"), default, StateEntry.NoVersion);

        (await Store.ListAsync(_space, "\U0010FFFF")).Items.Select(item => item.Key.Key).Should().Equal(keys);
    }

    private Task RunAsync(string sql) => _fixture.Node.ExecuteAsync(sql, _fixture.Database);

    private async Task<long> CountAsync(string rows) => (long)(await _fixture.Node.ScalarAsync($"SELECT count(*) FROM pipeline.state_entries WHERE {rows}", _fixture.Database))!;
}
