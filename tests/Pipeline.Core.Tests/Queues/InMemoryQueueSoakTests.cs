using System.Buffers.Binary;
using System.Collections;
using FluentAssertions;
using Xunit;

namespace Pipeline.Queues;

/// <summary>Runs alone: it takes both cores of a small machine.</summary>
[Collection(nameof(QueueAloneCollection))]
public sealed class InMemoryQueueSoakTests
{
    private const int Messages = 10_000_000;
    private const int Batch = 100;
    private const int Capacity = 10_000;

    [Fact(Timeout = 300_000)]
    public async Task Of_ten_million_messages_through_a_bounded_queue_none_is_lost_and_none_comes_twice()
    {
        var options = new QueueOptions { Capacity = Capacity, WhenFull = QueueFullMode.Wait };
        using var provider = new InMemoryQueueProvider(new QueueCatalog(new QueueDefinition("numbers", options)), TimeProvider.System);
        var queue = provider.GetQueue("numbers");
        var seen = new BitArray(Messages);
        var twice = 0;

        var producing = Task.Run(async () =>
        {
            for (var first = 0; first < Messages; first += Batch)
            {
                var messages = new QueueMessage[Batch];
                for (var i = 0; i < Batch; i++)
                {
                    var body = new byte[sizeof(int)];
                    BinaryPrimitives.WriteInt32LittleEndian(body, first + i);
                    messages[i] = new QueueMessage(body);
                }

                await queue.EnqueueAsync(messages);
            }
        });
        var consuming = Task.Run(async () =>
        {
            for (var received = 0; received < Messages;)
            {
                var messages = await queue.ReceiveAsync(Batch, QueueLimits.MaxLease, Timeout.InfiniteTimeSpan);
                received += messages.Count;
                foreach (var message in messages)
                {
                    var number = BinaryPrimitives.ReadInt32LittleEndian(message.Message.Body.Span);
                    twice += seen[number] ? 1 : 0;
                    seen[number] = true;
                }

                (await queue.CompleteAsync([.. messages.Select(message => new QueueCompletion(message.Receipt))])).Should().BeEmpty();
            }
        });
        await Task.WhenAll(producing, consuming);

        twice.Should().Be(0);
        seen.HasAllSet().Should().BeTrue();
        var stats = await queue.GetStatsAsync();
        (stats.Depth, stats.TotalEnqueued, stats.TotalCompleted, stats.TotalCrashes).Should().Be((0, Messages, Messages, 0));
    }
}
