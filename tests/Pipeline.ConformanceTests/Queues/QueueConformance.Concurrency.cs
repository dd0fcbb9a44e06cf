using System.Collections.Concurrent;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Concurrent_producers_and_consumers_lose_nothing_and_share_nothing()
    {
        var (first, second) = await OpenTwiceAsync();
        var count = _store.Repetitions * 4;
        var received = new ConcurrentBag<Guid>();
        var sent = new ConcurrentBag<Guid>();
        var left = count;

        var producers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < count / 4; i++)
            {
                sent.Add((await (number % 2 == 0 ? first : second).EnqueueAsync(Message("x", $"t{i % 3}"))).MessageId);
            }
        }));
        using var done = new CancellationTokenSource();
        var consumers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            var queue = number % 2 == 0 ? first : second;
            while (!done.IsCancellationRequested)
            {
                foreach (var one in await ReceiveOrNothingAsync(queue, 3, done.Token))
                {
                    received.Add(one.Message.Id);
                    await CompleteAsync(queue, one);
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        await done.CancelAsync();
                    }
                }
            }
        }));
        await Task.WhenAll([.. producers, .. consumers]);

        Assert.Equal(sent.Order(), received.Order());
        Assert.Equal((0, count), ((await first.GetStatsAsync()).Depth, (await first.GetStatsAsync()).TotalCompleted));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_concurrent_completions_of_one_delivery_one_is_accepted()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            await EnqueueAsync(first, "a");
            var receipt = (await TakeAsync(first)).Receipt;

            var lost = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(
                () => CallAsync(n % 2 == 0 ? first : second, n < 2 ? ReceiptCall.Complete : ReceiptCall.DeadLetter, receipt))));

            Assert.Equal(3, lost.Count(one => one.Count == 1));
        }

        var stats = await first.GetStatsAsync();
        Assert.Equal((0, _store.Repetitions), (stats.Depth, stats.Dead + stats.TotalCompleted));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_concurrent_enqueues_of_one_message_one_adds_it(bool sameMessage)
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var same = Message("same");
            var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () => await (n % 2 == 0 ? first : second)
                .EnqueueAsync(sameMessage ? same : Message($"{n}", deduplicationKey: $"d{i}")))));

            Assert.Single(results, result => !result.IsDuplicate);
            Assert.Single(results.Select(result => result.MessageId).Distinct());
            await CompleteAsync(first, await TakeAllAsync(first));
        }

        Assert.Equal(_store.Repetitions, (await first.GetStatsAsync()).TotalEnqueued);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(QueueFullMode.Refuse)]
    [InlineData(QueueFullMode.Wait)]
    public async Task Concurrent_producers_never_exceed_the_capacity(QueueFullMode mode)
    {
        const int Capacity = 5;
        var (first, second) = await OpenTwiceAsync(new QueueOptions { Capacity = Capacity, WhenFull = mode });
        using var done = new CancellationTokenSource();
        var added = 0;
        var producers = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < _store.Repetitions; i++)
            {
                try
                {
                    await (number % 2 == 0 ? first : second).EnqueueAsync([Message("a"), Message("b")]);
                    Interlocked.Add(ref added, 2);
                }
                catch (QueueFullException) when (mode == QueueFullMode.Refuse)
                {
                    await Task.Yield();
                }
            }
        })).ToList();
        var consumer = Task.Run(async () =>
        {
            while (await ReceiveOrNothingAsync(first, 2, done.Token) is { Count: > 0 } received)
            {
                var depth = (await second.GetStatsAsync()).Depth;
                Assert.True(depth <= Capacity, $"The queue holds {depth} messages; its capacity is {Capacity}.");
                await CompleteAsync(first, received);
            }
        });

        await Task.WhenAny(consumer, Task.WhenAll(producers));
        await done.CancelAsync();
        await consumer;
        await Task.WhenAll(producers);
        Assert.Equal(added, (await first.GetStatsAsync()).TotalEnqueued);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_wake_up_is_lost_between_many_waiting_consumers_and_producers()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var round = 0; round < _store.Repetitions; round++)
        {
            var waiting = Enumerable.Range(0, 4).Select(n => Task.Run(() => WaitForOneAsync(n % 2 == 0 ? first : second))).ToList();
            var producers = Enumerable.Range(0, 2).Select(n => Task.Run(() => EnqueueAsync(n % 2 == 0 ? second : first, $"{n}a", $"{n}b")));

            await Task.WhenAll(producers);
            var received = await Task.WhenAll(waiting);

            Assert.Equal(["0a", "0b", "1a", "1b"], Bodies(received).Order(StringComparer.Ordinal));
            await CompleteAsync(first, received);
        }
    }

    private static async Task<IReadOnlyList<ReceivedMessage>> ReceiveOrNothingAsync(IQueue queue, int maxMessages, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveAsync(maxMessages, LongLease, Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }
}
