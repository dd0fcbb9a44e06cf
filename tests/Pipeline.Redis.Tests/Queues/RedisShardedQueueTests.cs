using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Xunit;
using static Pipeline.Redis.Queues.RedisQueueProcess;

namespace Pipeline.Redis.Queues;

/// <summary>A queue over several shards, on the cluster, so that the shards are on several nodes.</summary>
#pragma warning disable CA1001 // xunit disposes what IAsyncLifetime owns.
public sealed class RedisShardedQueueTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int Shards = 5;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisConnection _connection = null!;
    private RedisQueueProvider _provider = null!;
    private IQueue _queue = null!;

    public async Task InitializeAsync() => await OpenAsync(new QueueOptions());

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task Messages_are_spread_over_the_shards_and_all_come_back()
    {
        var messages = Enumerable.Range(0, 200).Select(i => Message($"{i}")).ToArray();
        var results = await _queue.EnqueueAsync(messages);
        results.Select(result => result.MessageId).Should().Equal(messages.Select(message => message.Id));

        var received = await TakeAllAsync();

        received.Select(Body).Should().BeEquivalentTo(Enumerable.Range(0, 200).Select(i => $"{i}"));
        received.Select(one => one.Receipt.Locator & 0x1FE).Distinct().Should().HaveCount(Shards);
        (await _queue.EnqueueAsync(messages)).Should().OnlyContain(result => result.IsDuplicate);
        (await _queue.GetStatsAsync()).Should().Match<QueueStats>(stats => stats.Leased == 200 && stats.TotalEnqueued == 200);
        (await _queue.RenewAsync([.. received.Select(one => one.Receipt)], Lease)).Should().BeEmpty();
        (await _queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))])).Should().BeEmpty();
        (await _queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))])).Should().BeEquivalentTo(received.Select(one => one.Receipt));
        (await _queue.GetStatsAsync()).Should().Match<QueueStats>(stats => stats.Depth == 0 && stats.TotalCompleted == 200);
    }

    [Fact]
    public async Task The_order_of_a_key_holds_and_a_deduplication_key_works()
    {
        for (var i = 0; i < 10; i++)
            await _queue.EnqueueAsync([.. Enumerable.Range(0, 8).Select(key => Message($"{i}", key: $"key {key}"))]);
        var once = new QueueMessage("a"u8.ToArray()) { DeduplicationKey = "once" };
        await _queue.EnqueueAsync([once]);
        (await _queue.EnqueueAsync([new QueueMessage("b"u8.ToArray()) { DeduplicationKey = "once" }])).Should().Equal(new EnqueueResult(once.Id, IsDuplicate: true));

        var seen = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        while (await TakeAllAsync() is { Count: > 0 } received)
        {
            received.Select(one => one.Message.OrderingKey).Should().OnlyHaveUniqueItems();
            foreach (var one in received.Where(one => one.Message.OrderingKey is not null))
            {
                seen.TryAdd(one.Message.OrderingKey!, []);
                seen[one.Message.OrderingKey!].Add(Body(one));
            }

            await _queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]);
        }

        seen.Should().HaveCount(8);
        seen.Values.Should().AllSatisfy(bodies => bodies.Should().Equal(Enumerable.Range(0, 10).Select(i => $"{i}")));
    }

    [Fact]
    public async Task A_receive_that_waits_is_woken_by_a_message_in_any_shard_and_the_others_lose_nothing()
    {
        for (var i = 0; i < 10; i++)
        {
            var waiting = _queue.ReceiveAsync(10, Lease, TimeSpan.FromSeconds(30)).AsTask();
            await _queue.EnqueueAsync([Message($"{i} a"), Message($"{i} b"), Message($"{i} c")]);

            var received = new List<ReceivedMessage>(await waiting);
            received.Should().NotBeEmpty();
            received.AddRange(await TakeAllAsync());

            received.Select(Body).Should().BeEquivalentTo($"{i} a", $"{i} b", $"{i} c");
            received.Should().OnlyContain(one => one.Deliveries == 1);
            await _queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))]);
        }

        (await _queue.ReceiveAsync(1, Lease, TimeSpan.FromMilliseconds(200))).Should().BeEmpty();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _queue.Invoking(async queue => await queue.ReceiveAsync(1, Lease, Timeout.InfiniteTimeSpan, stop.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Dead_letters_of_all_shards_are_browsed_once_redriven_and_discarded()
    {
        await _queue.EnqueueAsync([.. Enumerable.Range(0, 50).Select(i => Message($"{i}"))]);
        var received = await TakeAllAsync();
        (await _queue.DeadLetterAsync([.. received.Select(one => new QueueRejection(one.Receipt, DeadLetterReason.Unprocessable, new MessageError("E", "e")))])).Should().BeEmpty();

        (await _queue.DeadLetters.CountAsync(DeadLetterFilter.All)).Should().Be(50);
        var browsed = new List<Guid>();
        string? continuation = null;
        do
        {
            var page = await _queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, 7, continuation);
            browsed.AddRange(page.Items.Select(letter => letter.Message.Id));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        browsed.Should().OnlyHaveUniqueItems().And.HaveCount(50);
        await _queue.Invoking(async queue => await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, 7, "9/9")).Should().ThrowAsync<ArgumentException>();
        (await _queue.DeadLetters.RedriveAsync(DeadLetterFilter.All, maxCount: 20)).Should().Be(20);
        (await _queue.DeadLetters.DiscardAsync(DeadLetterFilter.All)).Should().Be(30);
        (await TakeAllAsync()).Should().HaveCount(20);
    }

    [Fact]
    public async Task Follow_ups_find_their_shard_and_the_room_is_divided()
    {
        await _provider.DisposeAsync();
        await _connection.DisposeAsync();
        await OpenAsync(new QueueOptions { Capacity = 10 });
        var full = async () =>
        {
            for (var i = 0; i < 11; i++)
                await _queue.EnqueueAsync([Message($"{i}")]);
        };
        await full.Should().ThrowAsync<QueueFullException>();

        var held = (await TakeAllAsync())[0];
        (await _queue.CompleteAsync([new QueueCompletion(held.Receipt, [.. Enumerable.Range(0, 10).Select(i => new QueueFollowUp("sharded", Message($"next {i}")))])])).Should().BeEmpty();

        (await TakeAllAsync()).Select(Body).Should().BeEquivalentTo(Enumerable.Range(0, 10).Select(i => $"next {i}"));
    }

    [Fact]
    public void Shards_of_a_queue_that_is_not_declared_are_an_error()
    {
        var options = new RedisQueueOptions { Shards = { ["other"] = 2 } };

        var open = () => new RedisQueueProvider(_connection, new QueueCatalog(), options);

        open.Should().Throw<InvalidOperationException>().WithMessage("*'other'*AddQueue*");
    }

    private async Task OpenAsync(QueueOptions options)
    {
        _connection = RedisTestClient.Connect((await SharedServers.ClusterAsync()).ClientOptions(), _prefix);
        _provider = new RedisQueueProvider(_connection, new QueueCatalog(new QueueDefinition("sharded", options)), new RedisQueueOptions { Shards = { ["sharded"] = Shards } });
        _queue = _provider.GetQueue("sharded");
    }

    private async Task<IReadOnlyList<ReceivedMessage>> TakeAllAsync()
    {
        var all = new List<ReceivedMessage>();
        while (await _queue.ReceiveAsync(1_000, Lease, TimeSpan.Zero) is { Count: > 0 } some)
            all.AddRange(some);
        return all;
    }
}
