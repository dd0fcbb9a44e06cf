using System.Collections.Concurrent;
using Pipeline.Queues;

namespace Pipeline.Conformance.Queues.History;

/// <summary>
/// Producers and consumers that work on two queues at the same time and write down what they see. Consumers fail, defer, return, crash,
/// and come back with receipts that they lost long ago.
/// </summary>
internal sealed partial class HistoryWorkload(QueueTestStore store, IReadOnlyList<IQueueProvider> processes, string work, string next)
{
    private const int KeysPerProducer = 4;

    private readonly ConcurrentQueue<(string Queue, QueueReceipt Receipt, DateTimeOffset LeaseOver)> _lost = new();
    private int _producing;
    private int _working;
    private long _sequence;

    public HistoryLog Log { get; } = new();

    private TimeSpan Lease => store.Tick * 2.5;

    /// <summary>Sends messages, works until both queues are empty, and writes down what is dead.</summary>
    public async Task RunAsync(int producers, int consumers, int messagesEach)
    {
        _producing = producers;
        var mostSteps = (producers * messagesEach * 20) + 1_000;
        var senders = Enumerable.Range(0, producers).Select(number => Task.Run(() => ProduceAsync(number, messagesEach)));
        var receivers = Enumerable.Range(0, consumers).Select(number => Task.Run(() => ConsumeAsync(number, mostSteps)));
        await Task.WhenAll([.. senders, .. receivers]);
        foreach (var name in new[] { work, next })
        {
            await WriteDeadAsync(processes[0].GetQueue(name));
        }
    }

    private async Task ProduceAsync(int number, int count)
    {
        try
        {
            var random = new SeededRandom((ulong)number + 1_000);
            for (var sent = 0; sent < count;)
            {
                var size = Math.Min(random.Between(1, 5), count - sent);
                await SendAsync(number, [.. Enumerable.Range(0, size).Select(_ => NewMessage(random, number))]);
                sent += size;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _producing);
        }
    }

    private async Task SendAsync(int number, IReadOnlyList<QueueMessage> messages)
    {
        var began = Log.Begin();
        await ProcessOf(number).GetQueue(work).EnqueueAsync(messages);
        foreach (var message in messages)
        {
            LogEnqueue(HistoryEventKind.Enqueued, $"producer {number}", began, message);
        }
    }

    /// <summary>Writes an enqueue down. The messages of a key are sent, and so written, by one producer.</summary>
    private void LogEnqueue(HistoryEventKind kind, string name, long began, QueueMessage message) => Log.AddEnqueue(
        kind, name, began, message.Id, KeyOf(message), Interlocked.Increment(ref _sequence), message.MaxDeliveries!.Value);

    private static QueueMessage NewMessage(SeededRandom random, int producer) => new(BitConverter.GetBytes(random.NextUInt64()))
    {
        Tenant = $"tenant {producer % 2}",
        OrderingKey = random.Chance(60) ? $"{producer}/{random.Next(KeysPerProducer)}" : null,
        Priority = random.Chance(80) ? QueueLimits.DefaultPriority : random.Next(QueueLimits.MaxPriority + 1),
        MaxDeliveries = random.Between(2, 5),
    };

    private async Task WriteDeadAsync(IQueue queue)
    {
        string? continuation = null;
        do
        {
            var page = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, QueueLimits.MaxBatchSize, continuation);
            foreach (var letter in page.Items)
            {
                Log.Add(HistoryEventKind.Dead, "end", Log.Begin(), letter.Message.Id);
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    private static string? KeyOf(QueueMessage message) => message.OrderingKey is { } key ? $"{message.Tenant}/{key}" : null;

    private IQueueProvider ProcessOf(int number) => processes[number % processes.Count];
}
