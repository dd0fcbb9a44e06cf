using System.Collections.Concurrent;
using System.Globalization;
using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerOrderTests
{
    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_order_of_a_key_holds_under_eight_handlers_with_failures_and_crashes(int seed)
    {
        const int Keys = 10;
        const int PerKey = 100;
        const int Crashes = 100;
        var handled = new ConcurrentDictionary<string, ConcurrentQueue<int>>(StringComparer.Ordinal);
        var keysAtWork = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var together = 0;
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                var key = context.Received.Message.OrderingKey!;
                if (!keysAtWork.TryAdd(key, true))
                {
                    Interlocked.Increment(ref together);
                }

                await Task.Yield();
                keysAtWork.TryRemove(key, out var _);
                if (new Random(HashCode.Combine(seed, context.Received.Message.Id)).Next(4) == 0 && context.Received.Failures < 3)
                {
                    throw new InvalidOperationException("It failed.");
                }

                handled.GetOrAdd(key, _ => new()).Enqueue(int.Parse(WorkerHost.TextOf(context.Received), CultureInfo.InvariantCulture));
            },
            options => (options.Concurrency, options.RetryDelay) = (8, TimeSpan.FromMilliseconds(seed)),
            queue => queue.MaxDeliveries = QueueOptions.GreatestMaxDeliveries);
        for (var number = 0; number < PerKey; number++)
        {
            await host.Queue.EnqueueAsync([.. Enumerable.Range(0, Keys).Select(key =>
                new QueueMessage(WorkerHost.Message($"{number}").Body) { OrderingKey = $"key {key}" })]);
        }

        // Processes that take messages and die: some before the worker begins, the others in competition with it.
        var crashes = (await host.Queue.Inner.ReceiveAsync(Keys, QueueLimits.MinLease, TimeSpan.Zero)).Count;
        var done = host.Worker.RunUntilIdleAsync();
        while (!done.IsCompleted)
        {
            crashes += crashes < Crashes ? (await host.Queue.Inner.ReceiveAsync(1, QueueLimits.MinLease, TimeSpan.Zero)).Count : 0;
            host.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await done;
        together.Should().Be(0);
        handled.Should().HaveCount(Keys);
        handled.Values.Should().OnlyContain(numbers => numbers.SequenceEqual(Enumerable.Range(0, PerKey)));
        crashes.Should().BeGreaterThanOrEqualTo(Keys);
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalCrashes, stats.Dead).Should().Be((Keys * PerKey, crashes, 0));
        stats.TotalFailures.Should().BeGreaterThan(0);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_tenants_flood_does_not_delay_the_first_message_of_another()
    {
        const int Flood = 20_000;
        const int Concurrency = 4;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new WorkerHost(
            async (_, _) => await gate.Task,
            options => (options.Concurrency, options.Prefetch) = (Concurrency, 0));
        foreach (var batch in Enumerable.Range(0, Flood).Chunk(QueueLimits.MaxBatchSize))
        {
            await host.Queue.EnqueueAsync([.. batch.Select(_ => new QueueMessage(default) { Tenant = "flood" })]);
        }

        var done = host.Worker.RunUntilIdleAsync();
        await host.Queue.EndedForAsync("Receive", Concurrency);
        await host.Queue.EnqueueAsync(new QueueMessage(default) { Tenant = "single" });
        gate.SetResult();
        await done;

        var tenants = host.Queue.Ended("Receive").SelectMany(call => call.Items).Select(message => ((ReceivedMessage)message).Message.Tenant).ToList();
        tenants.IndexOf("single").Should().BeInRange(Concurrency, Concurrency + 1, "it is next, or next but one");
        tenants.Should().HaveCount(Flood + 1);
    }
}
