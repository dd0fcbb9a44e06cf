using System.Diagnostics;
using System.Globalization;
using Pipeline.Queues;

namespace Pipeline.Throughput.Redis;

/// <summary>What a receive costs in a queue of a thousand messages, and in one with a million delayed, a million ready of a thousand tenants, and 100,000 leased.</summary>
internal static class DepthComparison
{
    public const string QueueName = "depth";

    private const int Rounds = 9;
    private const int ReceivesOfRound = 2_000;
    private const int Small = 1_000;
    private const int Million = 1_000_000;
    private const int Leased = 100_000;
    private const int Tenants = 1_000;

    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    public static async Task RunAsync(IQueue queue)
    {
        await FillAsync(queue, Small, static i => new QueueMessage(new byte[100]) { Tenant = $"tenant {i % 10}" });
        var small = await MeasureAsync(queue);
        await FillAsync(queue, Million, static i => new QueueMessage(new byte[100]) { Tenant = $"tenant {i % Tenants}" });
        await FillAsync(queue, Million, static i => new QueueMessage(new byte[100]) { Delay = TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(i) });
        for (var i = 0; i < Leased; i += QueueLimits.MaxBatchSize)
        {
            await queue.ReceiveAsync(QueueLimits.MaxBatchSize, Lease, TimeSpan.Zero);
        }

        var stats = await queue.GetStatsAsync();
        var deep = await MeasureAsync(queue);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nreceive and give back one message: {small.TotalMicroseconds:0} µs among {Small}, {deep.TotalMicroseconds:0} µs among {stats.Ready} ready of {Tenants} tenants, {stats.Delayed} delayed and {stats.Leased} leased: {deep / small:0.00} (asked: at most 2)"));
    }

    /// <summary>The median round of receives, each of which is given back, so that the queue stays as it is.</summary>
    private static async Task<TimeSpan> MeasureAsync(IQueue queue)
    {
        var rounds = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < ReceivesOfRound; i++)
            {
                var received = await queue.ReceiveAsync(1, Lease, TimeSpan.Zero);
                await queue.AbandonAsync([QueueAbandonment.Returned(received[0].Receipt)]);
            }

            rounds.Add(watch.Elapsed / ReceivesOfRound);
        }

        return rounds.Order().ElementAt(Rounds / 2);
    }

    private static async Task FillAsync(IQueue queue, int count, Func<int, QueueMessage> make)
    {
        for (var i = 0; i < count; i += QueueLimits.MaxBatchSize)
        {
            await queue.EnqueueAsync([.. Enumerable.Range(i, Math.Min(QueueLimits.MaxBatchSize, count - i)).Select(make)]);
        }
    }
}
