using FluentAssertions;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

/// <summary>Watches over connections that break, servers that restart, and poolers that pass no notifications on.</summary>
public sealed class PostgresStateWatchTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private PostgresProxy _proxy = null!;
    private StateProcess _watching = null!;
    private StateProcess _writing = null!;

    private static StateChange Resync => new(StateChangeKind.Resync);

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _proxy = PostgresProxy.Start(_server.EndPoint);
        _watching = StateProcess.Start(_server.ConnectionString("postgres", _proxy.EndPoint));
        _writing = StateProcess.Start(_server.ConnectionString("postgres"));
        await _writing.Store.GetTimeAsync();
    }

    public async Task DisposeAsync()
    {
        await _watching.DisposeAsync();
        await _writing.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task After_a_lost_connection_it_is_told_to_read_again_and_then_follows()
    {
        await using var changes = await WatchAsync(_watching);
        await WriteAsync("a");
        (await NextAsync(changes)).Should().Be(Written("a"));
        using (var hold = _proxy.Hold("LISTEN"))
        {
            _proxy.CutConnections();
            await hold.Reached;
            await WriteAsync("missed");
        }

        // It is told after its commit, and so perhaps as the first thing that is heard again.
        var next = await NextAsync(changes);
        (next == Written("missed") ? await NextAsync(changes) : next).Should().Be(Resync);
        await WriteAsync("b");
        await AssertFollowsAsync(changes);
    }

    [Fact]
    public async Task After_a_crash_of_the_server_it_is_told_to_read_again_and_then_follows()
    {
        await using var changes = await WatchAsync(_watching);
        await _server.StopAsync(PostgresStop.Immediate);
        await _server.StartAgainAsync();

        (await NextAsync(changes)).Should().Be(Resync);
        await Waiting.UntilAsync(async () => await _writing.Store.GetTimeAsync().AsTask().ContinueWith(read => read.IsCompletedSuccessfully), "the server");
        await WriteAsync("b");
        await AssertFollowsAsync(changes);
    }

    [Fact]
    public async Task A_watch_that_begins_while_the_server_is_away_stands_when_it_is_back()
    {
        _proxy.Mode = ProxyMode.Refusing;
        await using var changes = _watching.Store.WatchAsync("space").GetAsyncEnumerator();
        var first = changes.MoveNextAsync().AsTask();
        await WriteAsync("a");
        first.IsCompleted.Should().BeFalse();
        _proxy.Mode = ProxyMode.Forwarding;

        await first.WaitAsync(TimeSpan.FromMinutes(1));
        changes.Current.Should().Be(Resync);
        await WriteAsync("b");
        while (await NextAsync(changes) != Written("b"))
        {
            // To be read again, perhaps once more.
        }
    }

    [Fact]
    public async Task What_nobody_of_ours_notified_says_to_read_again()
    {
        await using var changes = await WatchAsync(_watching);
        await _server.ExecuteAsync("SELECT pg_notify('pipeline:state', 'nonsense')");

        (await NextAsync(changes)).Should().Be(Resync);
    }

    [Fact]
    public async Task A_change_that_nobody_told_shows_by_its_number_and_once_another_is_told_it_is_to_be_read_again()
    {
        await using var changes = await WatchAsync(_watching);
        await _server.ExecuteAsync("SELECT nextval('pipeline.state_reports')");
        await WriteAsync("a");

        (await NextAsync(changes)).Should().Be(Written("a"));
        (await NextAsync(changes)).Should().Be(Resync);
        await WriteAsync("b");
        (await NextAsync(changes)).Should().Be(Written("b"));
    }

    [Fact]
    public async Task A_change_that_nobody_told_shows_also_where_nothing_is_written_any_more()
    {
        await using var changes = await WatchAsync(_watching);
        await _server.ExecuteAsync("SELECT nextval('pipeline.state_reports')");

        (await NextAsync(changes)).Should().Be(Resync);
    }

    [Fact]
    public async Task Of_two_changes_of_an_entry_that_are_told_the_wrong_way_round_the_later_is_told_twice()
    {
        await using var changes = await WatchAsync(_watching);
        var (deleted, written) = (Report(1, StateChangeKind.Deleted), Report(2, StateChangeKind.Written));
        await _server.ExecuteAsync("SELECT nextval('pipeline.state_reports') FROM generate_series(1, 2)");
        await _server.ExecuteAsync($"SELECT pg_notify('pipeline:state', payload) FROM unnest('{{{written},{deleted}}}'::text[]) AS payload");

        (await NextAsync(changes)).Should().Be(Written("a"));
        (await NextAsync(changes)).Should().Be(Written("a"));

        static string Report(long number, StateChangeKind kind) => new PostgresStateReport(number, kind, new StateKey("space", "a")).Write();
    }

    [Fact]
    public async Task The_end_of_a_process_waits_until_its_changes_are_told()
    {
        await using var changes = await WatchAsync(_watching);
        var ending = StateProcess.Start(_server.ConnectionString("postgres"));
        for (var i = 0; i < 50; i++)
            (await ending.Store.CompareAndSetAsync(new StateKey("space", $"{i}"), default, StateEntry.NoVersion)).Succeeded.Should().BeTrue();

        await ending.DisposeAsync();

        for (var i = 0; i < 50; i++)
            (await NextAsync(changes)).Should().Be(Written($"{i}"));
    }

    [Fact]
    public async Task A_change_that_is_rolled_back_is_not_reported_and_the_longest_names_are()
    {
        var (space, key) = (new string('ü', 256), new string('ä', 256));
        await using var changes = await WatchAsync(_watching, space);
        await using var connection = await _server.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = new Npgsql.NpgsqlCommand("SELECT pg_notify('pipeline:state', $1)", connection)
        {
            Parameters = { new() { Value = new PostgresStateReport(1_000, StateChangeKind.Written, new StateKey(space, "rolled back")).Write() } },
        };
        await insert.ExecuteNonQueryAsync();
        await transaction.RollbackAsync();

        (await _writing.Store.CompareAndSetAsync(new StateKey(space, key), default, StateEntry.NoVersion)).Succeeded.Should().BeTrue();

        (await NextAsync(changes)).Should().Be(new StateChange(StateChangeKind.Written, new StateKey(space, key)));
    }

    [Fact]
    public async Task Behind_a_pooler_that_passes_nothing_on_it_looks_and_tells_to_read_again()
    {
        await using var pooler = await PgBouncerServer.StartAsync(_server, sessions: 4);
        await using var pooled = StateProcess.Start(pooler.ConnectionString("postgres") + ";Max Auto Prepare=0;No Reset On Close=true");
        await using var changes = await WatchAsync(pooled);
        await WriteAsync("a");

        while (await pooled.Store.GetAsync(new StateKey("space", "a")) is null)
            (await NextAsync(changes)).Should().Be(Resync);

        var deleted = _writing.Store.DeleteAsync(new StateKey("space", "a"));
        (await deleted).Should().BeTrue();
        do
        {
            (await NextAsync(changes)).Should().Be(Resync);
        }
        while (await pooled.Store.GetAsync(new StateKey("space", "a")) is not null);
    }

    [Fact]
    public async Task The_end_of_the_store_ends_its_watches()
    {
        await using var changes = await WatchAsync(_watching);
        var waiting = changes.MoveNextAsync().AsTask();

        await _watching.DisposeAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
    }

    private static StateChange Written(string key) => new(StateChangeKind.Written, new StateKey("space", key));

    // It may have been told to read again while the connection was away, and again when it was back.
    private static async Task AssertFollowsAsync(IAsyncEnumerator<StateChange> changes)
    {
        var next = await NextAsync(changes);
        (next == Resync ? await NextAsync(changes) : next).Should().Be(Written("b"));
    }

    private static async Task<StateChange> NextAsync(IAsyncEnumerator<StateChange> changes)
    {
        (await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1))).Should().BeTrue();
        return changes.Current;
    }

    private static async Task<IAsyncEnumerator<StateChange>> WatchAsync(StateProcess process, string space = "space")
    {
        var changes = process.Store.WatchAsync(space).GetAsyncEnumerator();
        (await NextAsync(changes)).Should().Be(Resync);
        return changes;
    }

    private async Task WriteAsync(string key) =>
        (await _writing.Store.CompareAndSetAsync(new StateKey("space", key), default, StateEntry.NoVersion)).Succeeded.Should().BeTrue();
}
