using FluentAssertions;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;
using static Pipeline.Redis.Queues.RedisQueueProcess;

namespace Pipeline.Redis.Queues;

/// <summary>How many commands go over the wire.</summary>
public sealed class RedisQueueWireTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private RedisQueueProcess _process = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _process = Open(_server.ClientOptions(_proxy), RedisTestClient.NewPrefix());
        await WarmUpAsync();
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task Enqueue_receive_renew_and_complete_take_one_command_each_whatever_the_batch(int count)
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
    public async Task Keyed_delayed_and_deduplicated_messages_of_many_tenants_take_one_command_too()
    {
        var messages = Enumerable.Range(0, 100).Select(i => new QueueMessage("x"u8.ToArray())
        {
            Tenant = $"tenant {i % 7}",
            OrderingKey = i % 3 == 0 ? $"{i % 5}" : null,
            DeduplicationKey = $"{i}",
            Priority = i % 10,
            Delay = i % 4 == 0 ? TimeSpan.FromDays(1) : TimeSpan.Zero,
        }).ToArray();

        (await CountAsync(() => _process.Queue.EnqueueAsync(messages))).Should().Be(1);
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
    public async Task A_completion_with_follow_ups_takes_one_command()
    {
        await _process.Queue.EnqueueAsync([Message("a")]);
        var received = await _process.ReceiveAsync();

        (await CountAsync(() => _process.Queue.CompleteAsync(
            [new QueueCompletion(received[0].Receipt, [new QueueFollowUp(QueueName, Message("b")), new QueueFollowUp(QueueName, Message("c"))])]))).Should().Be(1);
    }

    [Fact]
    public async Task Many_single_calls_at_the_same_time_share_commands()
    {
        var commands = await CountAsync(async () => await Task.WhenAll(Enumerable.Range(0, 200).Select(i => _process.Queue.EnqueueAsync([Message($"{i}")]).AsTask())));

        commands.Should().BeLessThan(50);
        (await _process.Queue.GetStatsAsync()).Ready.Should().Be(200);
        var received = new List<ReceivedMessage>();
        await CountAsync(async () => received.AddRange((await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => _process.ReceiveAsync(1).AsTask()))).SelectMany(one => one)));
        received.Select(Body).Should().OnlyHaveUniqueItems().And.HaveCount(200);
        var ended = await Task.WhenAll(received.Concat(received).Select(one => _process.Queue.CompleteAsync([new QueueCompletion(one.Receipt)]).AsTask()));
        ended.Sum(lost => lost.Count).Should().Be(200, "of two completions of one delivery one is accepted");
        (await _process.Queue.GetStatsAsync()).TotalCompleted.Should().BeGreaterThanOrEqualTo(200);
    }

    [Fact]
    public async Task An_idle_process_that_waits_sends_less_than_a_command_a_second()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 8).Select(_ => _process.Queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan, stop.Token).AsTask()).ToArray();
        await Waiting.UntilAsync(async () => await _server.ExecuteAsync("EXISTS", _process.Key + ":c") is 1L, "the receives to wait");
        await Task.Delay(TimeSpan.FromSeconds(1));

        // Under load the clock may run away between the two looks at it, which only makes the bound wider.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var before = _proxy.Counts();
        await Task.Delay(TimeSpan.FromSeconds(11));
        var sent = (_proxy.Counts() - before).Operations;

        sent.Should().BeInRange(1, (long)watch.Elapsed.TotalSeconds - 1, "it looks every 5 seconds, and sends a beat");
        await stop.CancelAsync();
        foreach (var receive in waiting)
            await receive.Invoking(call => call).Should().ThrowAsync<OperationCanceledException>();
    }

    /// <summary>Makes the scripts known and connects, so that only the calls themselves are counted.</summary>
    private async Task WarmUpAsync()
    {
        await _process.Queue.EnqueueAsync([Message("a"), Message("b", key: "k"), Message("c")]);
        var received = await _process.ReceiveAsync();
        await _process.Queue.RenewAsync([received[0].Receipt], TimeSpan.FromMinutes(1));
        await _process.Queue.DeadLetterAsync([new QueueRejection(received[0].Receipt, DeadLetterReason.Unprocessable, new MessageError("E", "e"))]);
        await _process.Queue.CompleteAsync([new QueueCompletion(received[1].Receipt), new QueueCompletion(received[2].Receipt)]);
        await _process.Queue.DeadLetters.DiscardAsync(DeadLetterFilter.All);
        await _process.Queue.EnqueueAsync([Message("a")]);
        await _process.Queue.CompleteAsync([new QueueCompletion((await _process.ReceiveAsync(1))[0].Receipt, [new QueueFollowUp(QueueName, Message("f"))])]);
        await _process.Queue.CompleteAsync([new QueueCompletion((await _process.ReceiveAsync(1))[0].Receipt)]);
        await _process.Queue.GetStatsAsync();
    }

    private Task<long> CountAsync<T>(Func<ValueTask<T>> call) => CountAsync((Func<Task>)(() => call().AsTask()));

    private async Task<long> CountAsync(Func<Task> call)
    {
        var before = _proxy.Counts();
        await call();
        return (_proxy.Counts() - before).Operations;
    }
}
