using System.Diagnostics;
using FluentAssertions;
using Npgsql;
using Pipeline.Postgres.Fixtures;
using Xunit;

namespace Pipeline.Postgres.Servers.Proxying;

public sealed class PostgresProxyTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Insert = "INSERT INTO counted VALUES (1)";
    private const string Count = "SELECT count(*) FROM counted";
    private PostgresProxy? _proxy;
    private NpgsqlDataSource? _source;

    private PostgresProxy Proxy => _proxy!;

    private NpgsqlDataSource Source => _source!;

    public async Task InitializeAsync()
    {
        await fixture.Node.ExecuteAsync("DROP TABLE IF EXISTS counted; CREATE TABLE counted (id int)", fixture.Database);
        _proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        _source = NpgsqlDataSource.Create(fixture.Node.ConnectionString(fixture.Database, Proxy.EndPoint));

        // The pool's first connection asks for the types of the database.
        await using var first = await Source.OpenConnectionAsync();
    }

    public async Task DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Source.DisposeAsync();
    }

    [Fact]
    public async Task Statements_and_round_trips_are_counted_exactly()
    {
        await using var connection = await Source.OpenConnectionAsync();
        Proxy.ResetCounts();

        for (var i = 0; i < 3; i++)
            await RunAsync(connection, Insert);
        await using (var prepared = new NpgsqlCommand(Count, connection))
        {
            await prepared.PrepareAsync();
            await prepared.ExecuteScalarAsync();
            await prepared.ExecuteScalarAsync();
        }

        await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { new("SELECT 1"), new("SELECT repeat('x', 1000000)") } })
            await batch.ExecuteNonQueryAsync();

        var counts = Proxy.Counts();
        counts[Insert].Should().Be(3, "{0}", counts);
        counts[Count].Should().Be(2, "{0}", counts);
        counts.Runs.Should().Be(7, "{0}", counts);
        counts.Parses.Should().Be(6, "{0}", counts);
        counts.RoundTrips.Should().Be(7, "three inserts, a preparation, two runs, a batch: {0}", counts);
    }

    [Fact]
    public async Task A_transaction_of_one_statement_is_two_round_trips()
    {
        await using var connection = await Source.OpenConnectionAsync();
        Proxy.ResetCounts();

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await RunAsync(connection, Insert);
            await transaction.CommitAsync();
        }

        Proxy.Counts().RoundTrips.Should().Be(2, "nobody waits for the beginning: {0}", Proxy.Counts());
    }

    [Fact]
    public async Task Copying_is_one_round_trip()
    {
        await using var connection = await Source.OpenConnectionAsync();
        Proxy.ResetCounts();

        await using (var writer = await connection.BeginBinaryImportAsync("COPY counted FROM STDIN BINARY"))
        {
            for (var i = 0; i < 10_000; i++)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(i);
            }

            await writer.CompleteAsync();
        }

        Proxy.Counts().RoundTrips.Should().Be(1, "{0}", Proxy.Counts());
        (await CountedAsync()).Should().Be(10_000);
    }

    [Fact]
    public async Task A_reply_that_is_lost_is_that_of_a_statement_that_was_committed()
    {
        using var fault = Proxy.DropReply("INSERT", occurrence: 2);
        await RunAsync(Insert);

        var insert = () => RunAsync(Insert);

        (await insert.Should().ThrowAsync<NpgsqlException>()).Which.Should().NotBeOfType<PostgresException>();
        (await fault.Happened).Text.Should().Be(Insert);
        (await CountedAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_lost_reply_to_a_commit_is_that_of_a_transaction_that_was_committed()
    {
        using var fault = Proxy.DropReply(statement => statement.Text is "COMMIT");
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, Insert);

        var commit = () => transaction.CommitAsync();

        await commit.Should().ThrowAsync<NpgsqlException>();
        (await CountedAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_cut_before_a_statement_keeps_it_from_the_server()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var prepared = new NpgsqlCommand(Insert, connection);
        await prepared.PrepareAsync();
        using var fault = Proxy.CutBefore("INSERT");

        var insert = () => prepared.ExecuteNonQueryAsync();

        await insert.Should().ThrowAsync<NpgsqlException>();
        (await fault.Happened).Kind.Should().Be(PostgresStatementKind.Bind);
        (await CountedAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_connection_falls_silent_after_or_before_a_statement()
    {
        using var after = Proxy.Silence("INSERT");
        var ran = RunAsync(Insert);
        await after.Happened;
        using var before = Proxy.LoseRequest("INSERT");
        var ranNever = RunAsync(Insert);
        await before.Happened;

        (await CountedAsync()).Should().Be(1);
        (ran.IsCompleted || ranNever.IsCompleted).Should().BeFalse();
        Proxy.CutConnections();
        await FluentActions.Awaiting(() => Task.WhenAll(ran, ranNever)).Should().ThrowAsync<NpgsqlException>();
    }

    [Fact]
    public async Task Cutting_breaks_every_connection_and_the_next_one_works()
    {
        await using var connection = await Source.OpenConnectionAsync();

        Proxy.CutConnections();

        await connection.Invoking(cut => RunAsync(cut, Insert)).Should().ThrowAsync<NpgsqlException>();
        await RunAsync(Insert);
        (await CountedAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_stalled_proxy_passes_on_what_came_when_the_stall_ends()
    {
        await RunAsync(Insert);
        Proxy.ResetCounts();
        Proxy.Mode = ProxyMode.Stalled;

        var insert = RunAsync(Insert);
        await Waiting.UntilAsync(() => Task.FromResult(Proxy.Counts()["INSERT"] == 1), "the proxy to receive");
        var ranMeanwhile = await CountedAsync();
        Proxy.Mode = ProxyMode.Forwarding;
        await insert;

        ranMeanwhile.Should().Be(1);
        (await CountedAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_proxy_that_refuses_comes_back_on_its_port()
    {
        Proxy.Mode = ProxyMode.Refusing;
        Proxy.CutConnections();
        Source.Clear();
        (await FluentActions.Awaiting(() => RunAsync(Insert)).Should().ThrowAsync<NpgsqlException>())
            .Which.InnerException.Should().BeOfType<System.Net.Sockets.SocketException>();

        Proxy.Mode = ProxyMode.Forwarding;

        await RunAsync(Insert);
    }

    [Fact]
    public async Task A_held_statement_reaches_the_server_when_it_is_released()
    {
        using var hold = Proxy.Hold("INSERT");

        var insert = RunAsync(Insert);
        await hold.Reached;
        var ranMeanwhile = await CountedAsync();
        hold.Release();
        await insert;

        ranMeanwhile.Should().Be(0);
        (await CountedAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Delays_add_up()
    {
        Proxy.RequestDelay = TimeSpan.FromMilliseconds(30);
        Proxy.ReplyDelay = TimeSpan.FromMilliseconds(20);
        await using var connection = await Source.OpenConnectionAsync();
        var started = Stopwatch.StartNew();

        await RunAsync(connection, "SELECT 1");

        // Nothing is ever early.
        started.Elapsed.Should().BeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(49));
    }

    [Fact]
    public async Task Notifications_and_cancellations_pass()
    {
        await using var listener = await Source.OpenConnectionAsync();
        var heard = new TaskCompletionSource<string>();
        listener.Notification += (_, notification) => heard.TrySetResult(notification.Payload);
        await RunAsync(listener, "LISTEN news");
        await fixture.Node.ExecuteAsync("NOTIFY news, 'hello'", fixture.Database);
        await listener.WaitAsync();
        using var cancellation = new CancellationTokenSource();
        await using var sleep = new NpgsqlCommand("SELECT pg_sleep(600)", listener);

        var sleeping = sleep.ExecuteNonQueryAsync(cancellation.Token);
        await Waiting.UntilAsync(() => Task.FromResult(Proxy.Counts()["pg_sleep"] == 1), "the statement to be sent");
        await cancellation.CancelAsync();

        (await heard.Task).Should().Be("hello");
        (await FluentActions.Awaiting(() => sleeping).Should().ThrowAsync<OperationCanceledException>())
            .Which.InnerException.Should().BeOfType<PostgresException>().Which.SqlState.Should().Be(PostgresErrorCodes.QueryCanceled);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await RunAsync(connection, sql);
    }

    private async Task<long> CountedAsync() => (long)(await fixture.Node.ScalarAsync(Count, fixture.Database))!;
}
