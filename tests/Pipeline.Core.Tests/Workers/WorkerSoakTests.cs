using FluentAssertions;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerSoakTests
{
    private const int Messages = 20_000;

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Twenty_thousand_messages_with_all_kinds_of_ends_are_all_accounted_for(int seed)
    {
        var random = new Random(seed);
        var fates = Enumerable.Range(0, Messages).ToDictionary(_ => QueueMessage.NewId(), _ => new Fate(random.Next(6), random.Next(1, 4)));
        await using var host = new WorkerHost(
            async (context, _) =>
            {
                var fate = fates[context.Received.Message.Id];
                var handled = Interlocked.Increment(ref fate.Handled);
                if (fate.Kind % 2 == 0)
                {
                    await Task.Yield();
                }

                fate.End(handled);
            },
            options => (options.Concurrency, options.Prefetch, options.RetryDelay, options.MaxRateLimitWait) = (8, 32, TimeSpan.Zero, TimeSpan.Zero),
            queue => queue.MaxDeliveries = 4);
        foreach (var batch in fates.Keys.Chunk(QueueLimits.MaxBatchSize))
        {
            await host.Queue.EnqueueAsync([.. batch.Select(id => new QueueMessage(default) { Id = id })]);
        }

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync());

        fates.Values.Should().OnlyContain(fate => fate.Handled == fate.Handlings);
        var stats = await host.StatsAsync();
        stats.Depth.Should().Be(0);
        stats.TotalCrashes.Should().Be(0);
        stats.TotalFailures.Should().Be(fates.Values.Sum(fate => (long)fate.Failures));
        stats.Dead.Should().Be(fates.Values.Count(fate => fate.Dies));
        stats.TotalDeadLettered.Should().Be(stats.Dead);
        stats.TotalCompleted.Should().Be(Messages - stats.Dead);
    }

    /// <summary>How the handling of one message ends: a number of times in one way, and then well, unless it dies of it.</summary>
    private sealed class Fate(int kind, int times)
    {
        public int Handled;

        public int Kind => kind;

        public bool Dies => kind is 3 or 4;

        public int Failures => kind switch
        {
            1 => times,
            3 => 4,
            4 => 1,
            _ => 0,
        };

        public int Handlings => kind switch
        {
            1 or 2 => times + 1,
            3 => 4,
            _ => 1,
        };

        public void End(int handled)
        {
            switch (kind)
            {
                case 1 when handled <= times:
                case 3:
                    throw new InvalidOperationException("It failed.");
                case 2 when handled <= times:
                    throw new RateLimitRejectedException(RateLimitDecision.Denied(
                        RateLimitRule.Unlimited, dimension: 0, remaining: 0, TimeSpan.FromMilliseconds(times), TimeSpan.FromMilliseconds(times)));
                case 4:
                    throw new UnprocessableMessageException("Bad.");
                default:
                    break;
            }
        }
    }
}
