using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;
using Xunit;
using static Pipeline.Postgres.Queues.PostgresQueueProcess;

namespace Pipeline.Postgres.Queues;

/// <summary>How many statements the server runs, by its own count.</summary>
public sealed class PostgresQueueStatementTests : IAsyncLifetime
{
    private PostgresQueueProcess _process = null!;
    private StatementCounter _counter = null!;
    private string _connectionString = "";

    public async Task InitializeAsync()
    {
        _connectionString = await SharedServers.CreateDatabaseAsync();
        _counter = StatementCounter.Of(await SharedServers.NodeAsync(), _connectionString);
        _process = Open(_connectionString);
        await WarmUpAsync();
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task Enqueue_receive_renew_and_complete_take_one_statement_each_whatever_the_batch(int count)
    {
        var messages = Enumerable.Range(0, count).Select(i => Message($"{i}")).ToArray();

        (await CountAsync(() => _process.Queue.EnqueueAsync(messages))).Should().Be(1);
        IReadOnlyList<ReceivedMessage> received = [];
        (await CountAsync(async () => received = await _process.ReceiveAsync(count))).Should().Be(1);
        received.Should().HaveCount(count);
        (await CountAsync(() => _process.Queue.RenewAsync([.. received.Select(one => one.Receipt)], TimeSpan.FromMinutes(1)))).Should().Be(1);
        (await CountAsync(() => _process.Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]))).Should().Be(1);
        (await _process.Queue.GetStatsAsync()).Depth.Should().Be(0);
    }

    [Fact]
    public async Task Keyed_delayed_and_deduplicated_messages_of_many_tenants_take_one_statement_too()
    {
        QueueMessage[] messages = [.. Enumerable.Range(0, 100).Select(i => new QueueMessage("x"u8.ToArray())
        {
            Tenant = $"tenant {i % 7}",
            OrderingKey = i % 3 == 0 ? $"{i % 5}" : null,
            DeduplicationKey = $"{i}",
            Priority = i % 10,
            Delay = i % 4 == 0 ? TimeSpan.FromDays(1) : TimeSpan.Zero,
        })];

        // The numbers of tenants that a process has not met are asked for, once.
        (await CountAsync(() => _process.Queue.EnqueueAsync(messages))).Should().Be(2);
        IReadOnlyList<ReceivedMessage> received = [];
        (await CountAsync(async () => received = await _process.ReceiveAsync())).Should().Be(1);
        (await CountAsync(() => _process.Queue.AbandonAsync([.. received.Take(20).Select(one => QueueAbandonment.Failed(one.Receipt, new MessageError("E", "e")))]))).Should().Be(1);
        (await CountAsync(() => _process.Queue.DeadLetterAsync(
            [.. received.Skip(20).Take(20).Select(one => new QueueRejection(one.Receipt, DeadLetterReason.Unprocessable, new MessageError("E", "e")))]))).Should().Be(1);
        (await CountAsync(() => _process.Queue.CompleteAsync([.. received.Skip(40).Select(one => new QueueCompletion(one.Receipt))]))).Should().Be(1);
        (await CountAsync(() => _process.Queue.GetStatsAsync())).Should().Be(1);
        (await CountAsync(() => _process.Queue.DeadLetters.BrowseAsync(DeadLetterFilter.All))).Should().Be(1);
        (await CountAsync(() => _process.Queue.DeadLetters.RedriveAsync(DeadLetterFilter.All))).Should().Be(1);
    }

    [Fact]
    public async Task A_completion_with_follow_ups_takes_one_statement()
    {
        await _process.Queue.EnqueueAsync([Message("a")]);
        var received = await _process.ReceiveAsync();

        (await CountAsync(() => _process.Queue.CompleteAsync(
            [new QueueCompletion(received[0].Receipt, [new QueueFollowUp(QueueName, Message("b")), new QueueFollowUp(NextName, Message("c"))])]))).Should().Be(1);
    }

    [Fact]
    public async Task Many_single_calls_at_the_same_time_share_statements_and_notifications()
    {
        await _counter.ResetAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _process.Queue.EnqueueAsync([Message($"{i}")]).AsTask()));

        var counts = await _counter.ReadAsync();
        counts["queue_add("].Should().BeInRange(1, 100, "{0}", counts);
        counts["notify("].Should().BeLessThanOrEqualTo(counts["queue_add("] + 1, "{0}", counts);
        (await _process.Queue.GetStatsAsync()).Ready.Should().Be(200);
        var received = (await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => _process.ReceiveAsync(1).AsTask()))).SelectMany(one => one).ToList();
        received.Select(Body).Should().OnlyHaveUniqueItems().And.HaveCount(200);
        var ended = await Task.WhenAll(received.Concat(received).Select(one => _process.Queue.CompleteAsync([new QueueCompletion(one.Receipt)]).AsTask()));
        ended.Sum(lost => lost.Count).Should().Be(200, "of two completions of one delivery one is accepted");
    }

    [Fact]
    public async Task Who_waits_on_two_queues_costs_a_statement_in_five_seconds_in_all()
    {
        using var stop = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? _process.Queue : _process.Next).ReceiveAsync(1, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan, stop.Token).AsTask())];
        await Waiting.UntilAsync(async () => (await _counter.ReadAsync())["queue_look("] > 0, "the beat to ask for those who wait");
        await _counter.ResetAsync();

        // Under load the clock may run away between the two looks at it, which only makes the bound wider.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(11));
        var counts = await _counter.ReadAsync();

        counts.Operations.Should().BeInRange(1, (long)Math.Ceiling(watch.Elapsed.TotalSeconds / 5), "{0}", counts);
        await stop.CancelAsync();
        foreach (var receive in waiting)
            await receive.Invoking(call => call).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_was_added_in_a_transaction_and_not_told_is_found_by_the_beat()
    {
        var waiting = _process.Queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan).AsTask();
        await using var other = Npgsql.NpgsqlDataSource.Create(_connectionString);
        await using var connection = await other.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _process.Queue.EnqueueAsync([Message("quiet")], transaction);
        await transaction.CommitAsync();

        Body((await waiting).Single()).Should().Be("quiet");
    }

    /// <summary>Connects, migrates and meets the tenant, so that only the calls themselves are counted.</summary>
    private async Task WarmUpAsync()
    {
        await _process.Queue.EnqueueAsync([Message("a"), Message("b", key: "k"), Message("c")]);
        await _process.Next.EnqueueAsync([Message("a")]);
        await _process.Queue.CompleteAsync([.. (await _process.ReceiveAsync()).Select(one => new QueueCompletion(one.Receipt))]);
        await _process.Next.CompleteAsync([.. (await _process.Next.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.Zero)).Select(one => new QueueCompletion(one.Receipt))]);
    }

    private Task<long> CountAsync<T>(Func<ValueTask<T>> call) => CountAsync((Func<Task>)(() => call().AsTask()));

    // The notification goes its own way after the call.
    private async Task<long> CountAsync(Func<Task> call)
    {
        await _counter.ResetAsync();
        await call();
        var counts = await _counter.ReadAsync();
        return counts.Operations - counts["pg_notify("];
    }
}
