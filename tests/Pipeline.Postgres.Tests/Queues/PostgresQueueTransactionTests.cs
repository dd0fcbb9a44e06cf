using System.Data.Common;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;
using Xunit;
using static Pipeline.Postgres.Queues.PostgresQueueProcess;

namespace Pipeline.Postgres.Queues;

/// <summary>Calls within the caller's own transaction.</summary>
public sealed class PostgresQueueTransactionTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly PostgresQueueProcess _process = Open(fixture.ConnectionString, configure: options => options.Schema = $"s{Guid.NewGuid():N}"[..20]);

    private ITransactionalQueue Queue => ((IQueue)_process.Queue).GetCapability<ITransactionalQueue>()!;

    public async Task InitializeAsync() => await ExecuteAsync("CREATE TABLE IF NOT EXISTS orders (id int)");

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Fact]
    public async Task A_message_exists_exactly_if_the_transaction_commits()
    {
        foreach (var commits in new[] { false, true })
        {
            await using var connection = await fixture.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            (await Queue.EnqueueAsync([Message($"{commits}"), Message("keyed", key: "k")], transaction)).Should().OnlyContain(result => !result.IsDuplicate);
            (await _process.ReceiveAsync()).Should().BeEmpty("it is not committed");
            await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
        }

        (await _process.ReceiveAsync()).Select(Body).Should().Equal("True", "keyed");
    }

    [Fact]
    public async Task Waiting_consumers_are_woken_after_the_commit()
    {
        var waiting = _process.Queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan).AsTask();
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Queue.EnqueueAsync([Message("a")], transaction);
        await transaction.CommitAsync();
        await Queue.WakeAsync();

        Body((await waiting).Single()).Should().Be("a");
    }

    [Fact]
    public async Task A_completion_and_its_follow_ups_stand_or_fall_with_the_transaction()
    {
        await _process.Queue.EnqueueAsync([Message("a", key: "k"), Message("b", key: "k")]);
        var received = await _process.ReceiveAsync(1);
        QueueCompletion[] completions = [new(received[0].Receipt, [new QueueFollowUp(NextName, Message("after a"))])];
        await using (var connection = await fixture.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            (await Queue.CompleteAsync(completions, transaction)).Should().BeEmpty();
            (await _process.ReceiveAsync()).Should().BeEmpty("the key is not free before the commit");
            await transaction.RollbackAsync();
        }

        (await _process.Queue.GetStatsAsync()).Should().Match<QueueStats>(stats => stats.Leased == 1 && stats.TotalCompleted == 0);
        await using (var connection = await fixture.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            (await Queue.CompleteAsync(completions, transaction)).Should().BeEmpty();
            (await Queue.CompleteAsync(completions, transaction)).Should().Equal([received[0].Receipt], "it is done already");
            await transaction.CommitAsync();
        }

        (await _process.ReceiveAsync()).Select(Body).Should().Equal("b");
        (await _process.Next.ReceiveAsync(10, TimeSpan.FromMinutes(1), TimeSpan.Zero)).Select(Body).Should().Equal("after a");
    }

    [Fact]
    public async Task A_transaction_that_stays_open_holds_up_neither_producers_nor_consumers()
    {
        await _process.Queue.EnqueueAsync([Message("held", key: "k"), Message("behind", key: "k")]);
        var held = (await _process.ReceiveAsync(1))[0];
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Queue.CompleteAsync([new QueueCompletion(held.Receipt)], transaction);
        await Queue.EnqueueAsync([Message("open"), Message("open keyed", key: "k"), Message("of another", tenant: "another")], transaction);

        await _process.Queue.EnqueueAsync([Message("behind too", key: "k"), Message("free"), Message("of another too", tenant: "another")]);

        var received = await _process.ReceiveAsync();
        received.Select(Body).Should().BeEquivalentTo("free", "of another too");
        (await _process.Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))])).Should().BeEmpty();
        await transaction.CommitAsync();
        (await _process.ReceiveAsync()).Select(Body).Should().BeEquivalentTo("behind", "open", "of another");
    }

    [Fact]
    public async Task A_delivery_that_ends_in_an_open_transaction_belongs_to_nobody_else_when_its_lease_is_over()
    {
        await _process.Queue.EnqueueAsync([Message("a")]);
        var received = await _process.Queue.ReceiveAsync(1, QueueLimits.MinLease, TimeSpan.Zero);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var isHeld = (await Queue.CompleteAsync([new QueueCompletion(received[0].Receipt)], transaction)).Count == 0;
        await Task.Delay(QueueLimits.MinLease * 2);

        (await _process.ReceiveAsync()).Should().HaveCount(isHeld ? 0 : 1);
        await transaction.CommitAsync();

        (await _process.Queue.GetStatsAsync()).TotalCompleted.Should().Be(isHeld ? 1 : 0);
    }

    [Fact]
    public async Task Random_rollbacks_and_cuts_leave_as_many_messages_as_transactions_committed()
    {
        const int Transactions = 60;
        const int Callers = 4;
        var random = new Random(7);
        var plans = Enumerable.Range(0, Transactions).Select(i => (Number: i, Way: random.Next(4))).ToArray();
        await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (plan, _) =>
        {
            await using var connection = await fixture.Source.OpenConnectionAsync(CancellationToken.None);
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            await using (var order = new NpgsqlCommand("INSERT INTO orders VALUES ($1)", connection, transaction) { Parameters = { new() { Value = plan.Number } } })
                await order.ExecuteNonQueryAsync(CancellationToken.None);
            await Queue.EnqueueAsync([Message($"{plan.Number}", key: plan.Number % 3 == 0 ? $"{plan.Number % 2}" : null)], transaction, CancellationToken.None);
            switch (plan.Way)
            {
                case 0:
                    await transaction.RollbackAsync(CancellationToken.None);
                    break;
                case 1:
                    await fixture.Node.ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})");
                    break;
                default:
                    await transaction.CommitAsync(CancellationToken.None);
                    break;
            }
        });

        List<string> committed = [];
        await using (var orders = fixture.Source.CreateCommand("SELECT id FROM orders"))
        await using (var reader = await orders.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                committed.Add($"{reader.GetInt32(0)}");
        List<string> messages = [];
        while (await _process.ReceiveAsync() is { Count: > 0 } received)
        {
            messages.AddRange(received.Select(Body));
            await _process.Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]);
        }

        messages.Should().BeEquivalentTo(committed).And.HaveCount(plans.Count(plan => plan.Way > 1));
    }

    [Fact]
    public async Task A_transaction_that_is_not_npgsqls_or_has_ended_is_refused_with_the_mend()
    {
        await using var connection = await fixture.Source.OpenConnectionAsync();
        var ended = await connection.BeginTransactionAsync();
        await ended.CommitAsync();

        (await Queue.Invoking(queue => queue.EnqueueAsync([Message("a")], ended).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*has ended*");
        (await Queue.Invoking(queue => queue.EnqueueAsync([Message("a")], new ForeignTransaction()).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage("*ForeignTransaction*NpgsqlTransaction*");
    }

    [Fact]
    public async Task A_full_queue_refuses_within_a_transaction_too()
    {
        await using var bounded = Open(fixture.ConnectionString, new QueueOptions { Capacity = 1, WhenFull = QueueFullMode.Wait }, options => options.Schema = $"s{Guid.NewGuid():N}"[..20]);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await bounded.Queue.EnqueueAsync([Message("a")], transaction);

        await bounded.Queue.Invoking(queue => queue.EnqueueAsync([Message("b")], transaction).AsTask()).Should().ThrowAsync<QueueFullException>();
        await transaction.CommitAsync();
        (await bounded.ReceiveAsync()).Select(Body).Should().Equal("a");
    }

    [Fact]
    public async Task What_fails_there_is_told_as_anywhere()
    {
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Queue.EnqueueAsync([Message("a")], transaction);
        await fixture.Node.ExecuteAsync($"SELECT pg_terminate_backend({connection.ProcessID})");

        await Queue.Invoking(queue => queue.EnqueueAsync([Message("b")], transaction).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = fixture.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class ForeignTransaction : DbTransaction
    {
        public override System.Data.IsolationLevel IsolationLevel => System.Data.IsolationLevel.ReadCommitted;

        protected override DbConnection? DbConnection => null;

        public override void Commit() => throw new NotSupportedException();

        public override void Rollback() => throw new NotSupportedException();
    }
}
