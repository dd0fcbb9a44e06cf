using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Pipeline.Queues;

namespace Pipeline.Benchmarks.Queues;

/// <summary>
/// A producer and a consumer task move messages in batches of 100: through the in-memory queue (enqueue, receive under a lease, complete)
/// and, as the raw limit, through a bounded channel that does none of that.
/// </summary>
[MemoryDiagnoser]
public class InMemoryQueueBenchmarks
{
    private const int Messages = 1_000_000;
    private const int BatchSize = 100;
    private const int Capacity = 10_000;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly QueueMessage[] _prebuilt = new QueueMessage[Messages];
    private readonly byte[] _body = new byte[200];

    [GlobalSetup]
    public void MakeMessages()
    {
        for (var i = 0; i < Messages; i++)
        {
            _prebuilt[i] = new QueueMessage(_body);
        }
    }

    /// <summary>The raw limit: references go in and come out.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public async Task BoundedChannel()
    {
        var channel = Channel.CreateBounded<QueueMessage>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        var consumer = Task.Run(async () =>
        {
            var received = 0;
            while (received < Messages)
            {
                await channel.Reader.WaitToReadAsync();
                while (channel.Reader.TryRead(out _))
                {
                    received++;
                }
            }
        });
        foreach (var message in _prebuilt)
        {
            if (!channel.Writer.TryWrite(message))
            {
                await channel.Writer.WriteAsync(message);
            }
        }

        await consumer;
    }

    /// <summary>The queue with messages that exist already, as in the channel's run: what is allocated is the queue's own.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public Task QueueOfPrebuiltMessages() => MoveAsync(i => _prebuilt[i]);

    /// <summary>The queue with messages that the producer makes on the way.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public Task QueueOfNewMessages() => MoveAsync(_ => new QueueMessage(_body));

    private static async Task MoveAsync(Func<int, QueueMessage> create)
    {
        var definition = new QueueDefinition("benchmark", new QueueOptions { Capacity = Capacity, WhenFull = QueueFullMode.Wait });
        using var provider = new InMemoryQueueProvider(new QueueCatalog(definition), TimeProvider.System);
        var queue = provider.GetQueue("benchmark");
        var consumer = Task.Run(() => ConsumeAsync(queue));
        var batch = new QueueMessage[BatchSize];
        for (var i = 0; i < Messages; i += BatchSize)
        {
            for (var j = 0; j < BatchSize; j++)
            {
                batch[j] = create(i + j);
            }

            await queue.EnqueueAsync(batch);
        }

        await consumer;
    }

    private static async Task ConsumeAsync(IQueue queue)
    {
        var completions = new List<QueueCompletion>(BatchSize);
        for (var received = 0; received < Messages;)
        {
            var messages = await queue.ReceiveAsync(BatchSize, Lease, Timeout.InfiniteTimeSpan);
            completions.Clear();
            foreach (var message in messages)
            {
                completions.Add(new QueueCompletion(message.Receipt));
            }

            await queue.CompleteAsync(completions);
            received += messages.Count;
        }
    }
}
