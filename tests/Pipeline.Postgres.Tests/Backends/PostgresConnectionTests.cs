using System.Transactions;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>Calls over the connection, and what befalls them one by one.</summary>
public sealed class PostgresConnectionTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly string _table = $"t{Guid.NewGuid():N}";
    private PostgresProxy _proxy = null!;
    private PostgresConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        _connection = PostgresTestClient.Connect(fixture.Node.ConnectionString(fixture.Database, _proxy.EndPoint));
        await _connection.RunAsync($"CREATE TABLE {_table} (id int PRIMARY KEY, n int); INSERT INTO {_table} VALUES (1, 0), (2, 0)");
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_silent_server_ends_a_call_with_its_deadline_and_the_connection_is_replaced()
    {
        await using var connection = await ConnectAsync(options => options.CommandTimeout = TimeSpan.FromSeconds(2), pool: 1);
        var before = await connection.AskAsync("SELECT pg_backend_pid()");
        using var silence = _proxy.Silence("SELECT 'lost'");

        var thrown = await connection.FailsAsync("SELECT 'lost'");

        thrown.Should().Match<BackendUnavailableException>(one => one.Operation == "test" && one.Reason == "no answer in time" && one.InnerException == null);
        thrown.Backend.Should().Be($"Postgres at {_proxy.Address}/{fixture.Database}");
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
        (await connection.AskAsync("SELECT pg_backend_pid()")).Should().NotBe(before, "the pool has one place, and who was in it did not answer");
    }

    [Fact]
    public async Task A_network_that_swallows_everything_ends_calls_with_their_deadline()
    {
        await using var connection = await ConnectAsync(options => options.CommandTimeout = TimeSpan.FromMilliseconds(500));
        _proxy.Mode = ProxyMode.Stalled;

        var thrown = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => connection.FailsAsync()));

        _proxy.Mode = ProxyMode.Forwarding;
        thrown.Should().OnlyContain(one => one.Reason == "no answer in time");
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_gives_up_waiting_and_runs_all_the_same()
    {
        using var hold = _proxy.Hold($"UPDATE {_table} SET n = 7");
        using var cancelling = new CancellationTokenSource();
        var call = _connection.RunAsync($"UPDATE {_table} SET n = 7 WHERE id = 1", cancelling.Token);
        await hold.Reached;

        await cancelling.CancelAsync();

        (await FluentActions.Awaiting(async () => await call).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancelling.Token);
        hold.Release();
        await Waiting.UntilAsync(async () => await _connection.AskAsync($"SELECT n FROM {_table} WHERE id = 1") is 7, "the statement to run");
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_is_not_sent()
    {
        _proxy.ResetCounts();

        await FluentActions.Awaiting(async () => await _connection.AskAsync(cancellationToken: new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        _proxy.Counts().Runs.Should().Be(0);
    }

    [Fact]
    public async Task A_statement_that_the_server_undid_for_others_is_repeated_at_once()
    {
        await _connection.RunAsync($"CREATE SEQUENCE s_{_table}");

        // Sequences keep their value when a transaction is undone.
        var failing = $"DO $$ BEGIN IF nextval('s_{_table}') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF; UPDATE {_table} SET n = n + 1 WHERE id = 2; END $$";

        await _connection.RunAsync(failing);

        (await _connection.AskAsync($"SELECT n FROM {_table} WHERE id = 2")).Should().Be(1);
        (await _connection.AskAsync($"SELECT last_value FROM s_{_table}")).Should().Be(3L);
    }

    [Fact]
    public async Task A_statement_that_is_always_undone_is_unavailable_in_the_end()
    {
        await _connection.RunAsync($"CREATE SEQUENCE s_{_table}");

        var thrown = await Assert.ThrowsAsync<BackendUnavailableException>(async () =>
            await _connection.RunAsync($"SELECT nextval('s_{_table}'); DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"));

        thrown.Reason.Should().Contain("again and again");
        (await _connection.AskAsync($"SELECT last_value FROM s_{_table}")).Should().Be(5L, "it was tried five times");
    }

    [Fact]
    public async Task Transactions_that_deadlock_are_both_done()
    {
        var firstHasLocked = new TaskCompletionSource();
        var secondHasLocked = new TaskCompletionSource();

        await Task.WhenAll(LockBothAsync(1, 2, firstHasLocked, secondHasLocked.Task), LockBothAsync(2, 1, secondHasLocked, firstHasLocked.Task));

        (await _connection.AskAsync($"SELECT sum(n) FROM {_table}")).Should().Be(4L, "each added one to each row");
    }

    [Fact]
    public async Task Transactions_that_cannot_be_serialised_are_both_done()
    {
        var barrier = new System.Threading.Barrier(2);
        var rounds = 0;

        await Task.WhenAll(AddAsync(), AddAsync());

        (await _connection.AskAsync($"SELECT n FROM {_table} WHERE id = 1")).Should().Be(2);
        rounds.Should().BeGreaterThan(2, "one of them had to be repeated");

        Task AddAsync() => Task.Run(async () => await _connection.CallAsync("test", 0, async (database, _, deadline) =>
        {
            await using var transaction = await database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, deadline);
            var n = (int)(await PostgresConnection.Command(database, $"SELECT n FROM {_table} WHERE id = 1", transaction).ExecuteScalarAsync(deadline))!;
            if (Interlocked.Increment(ref rounds) <= 2)
                barrier.SignalAndWait(deadline);
            await PostgresConnection.Command(database, $"UPDATE {_table} SET n = {n + 1} WHERE id = 1", transaction).ExecuteNonQueryAsync(deadline);
            await transaction.CommitAsync(deadline);
            return 0;
        }));
    }

    [Fact]
    public async Task An_ambient_transaction_is_never_joined()
    {
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await _connection.RunAsync($"UPDATE {_table} SET n = 5 WHERE id = 1");
            (await _connection.AskAsync("SELECT pg_current_xact_id_if_assigned() IS NULL")).Should().Be(true);
            Transaction.Current!.TransactionInformation.DistributedIdentifier.Should().BeEmpty();
        }

        (await _connection.AskAsync($"SELECT n FROM {_table} WHERE id = 1")).Should().Be(5, "what the scope rolled back was not this");
    }

    [Fact]
    public async Task A_time_out_of_the_databases_own_is_an_outage_that_names_it()
    {
        await _connection.RunAsync($"ALTER DATABASE {fixture.Database} SET statement_timeout = '100ms'");
        try
        {
            await using var connection = await ConnectAsync();

            (await connection.FailsAsync("SELECT pg_sleep(30)")).Reason.Should().Contain("statement_timeout");
            (await connection.AskAsync()).Should().Be(1, "the session goes on");
        }
        finally
        {
            await _connection.RunAsync($"ALTER DATABASE {fixture.Database} RESET statement_timeout");
        }
    }

    [Fact]
    public async Task A_pool_that_is_used_up_is_an_outage_that_names_the_mend()
    {
        await using var connection = await ConnectAsync(options => options.CommandTimeout = TimeSpan.FromSeconds(30), pool: 1, seconds: 1);
        var release = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var holding = connection.CallAsync("test", 0, async (_, _, _) =>
        {
            entered.SetResult();
            await release.Task;
            return 0;
        });
        await entered.Task;

        (await connection.FailsAsync()).Reason.Should().Contain("Maximum Pool Size");

        release.SetResult();
        await holding;
    }

    [Theory]
    [InlineData("SELECT secretcolumn FROM pg_class", "another version's")]
    [InlineData("SELECT 'secret'::int", "SQLSTATE 22P02")]
    public async Task A_refusal_names_the_mend_and_no_value(string sql, string wording)
    {
        var thrown = await FluentActions.Awaiting(async () => await _connection.AskAsync(sql)).Should().ThrowAsync<BackendRefusedException>();

        thrown.Which.Message.Should().Contain(wording);
        thrown.Which.ToString().Should().NotContain("secret");
    }

    [Fact]
    public async Task A_mistake_in_what_is_bound_is_the_callers_own_exception()
    {
        var call = () => _connection.ExecuteAsync("test", "SELECT 1", 0, static (_, _) => throw new InvalidDataException("mine")).AsTask();

        await call.Should().ThrowAsync<InvalidDataException>();
        (await _connection.AskAsync()).Should().Be(1);
    }

    [Fact]
    public async Task A_plan_of_before_a_change_of_the_schema_is_made_anew()
    {
        for (var i = 0; i < 5; i++)
            await _connection.AskAsync($"SELECT * FROM {_table} WHERE id = 1");
        await fixture.Node.ExecuteAsync($"ALTER TABLE {_table} ALTER COLUMN id TYPE bigint", fixture.Database);

        (await _connection.AskAsync($"SELECT * FROM {_table} WHERE id = 1")).Should().Be(1L);
    }

    [Fact]
    public async Task A_connection_that_is_disposed_does_nothing_more()
    {
        var connection = await ConnectAsync();
        await connection.DisposeAsync();
        await connection.DisposeAsync();

        await FluentActions.Awaiting(async () => await connection.AskAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    private async Task LockBothAsync(int first, int second, TaskCompletionSource hasLocked, Task otherHasLocked) => await _connection.CallAsync("test", 0, async (database, _, deadline) =>
    {
        await using var transaction = await database.BeginTransactionAsync(deadline);
        await PostgresConnection.Command(database, $"UPDATE {_table} SET n = n + 1 WHERE id = {first}", transaction).ExecuteNonQueryAsync(deadline);
        hasLocked.TrySetResult();
        await otherHasLocked;
        await PostgresConnection.Command(database, $"UPDATE {_table} SET n = n + 1 WHERE id = {second}", transaction).ExecuteNonQueryAsync(deadline);
        await transaction.CommitAsync(deadline);
        return 0;
    });

    // To connect may take longer than the calls of a test may.
    private async Task<PostgresConnection> ConnectAsync(Action<PostgresOptions>? configure = null, int pool = 20, int seconds = 15)
    {
        var connection = PostgresTestClient.Connect(
            PostgresCalls.With(fixture.Node.ConnectionString(fixture.Database, _proxy.EndPoint), builder => (builder.MaxPoolSize, builder.Timeout) = (pool, seconds)), configure);
        await Waiting.UntilAsync(() => connection.AnswersAsync(), "an answer");
        return connection;
    }
}
