using System.Collections.Concurrent;

namespace Pipeline.Conformance.Queues.History;

/// <summary>Gathers the events of producers and consumers of one process.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class HistoryLog
{
    private readonly ConcurrentQueue<HistoryEvent> _events = new();
    private long _moment;

    /// <summary>The events so far, in the order in which they were added.</summary>
    public IReadOnlyCollection<HistoryEvent> Events => [.. _events];

    /// <summary>Marks the beginning of a call.</summary>
    /// <returns>What to give as <see cref="HistoryEvent.Began"/>.</returns>
    public long Begin() => Interlocked.Increment(ref _moment);

    /// <summary>Adds an event that ends now.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="process">Who wrote it.</param>
    /// <param name="began">What <see cref="Begin"/> gave before the call.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="token">The attempt token; zero where there is none.</param>
    public void Add(HistoryEventKind kind, string process, long began, Guid messageId, long token = 0) => _events.Enqueue(new HistoryEvent
    {
        Kind = kind,
        Process = process,
        Began = began,
        Ended = Interlocked.Increment(ref _moment),
        MessageId = messageId,
        Token = token,
    });

    /// <summary>Adds an event of an enqueue that ends now.</summary>
    /// <param name="kind"><see cref="HistoryEventKind.Enqueuing"/> or <see cref="HistoryEventKind.Enqueued"/>.</param>
    /// <param name="process">Who wrote it.</param>
    /// <param name="began">What <see cref="Begin"/> gave before the call.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="orderingKey">The ordering key with its tenant, or <see langword="null"/>.</param>
    /// <param name="sequence">The place among the messages of the key.</param>
    /// <param name="maxDeliveries">How many failures and crashes make the message a dead letter.</param>
    public void AddEnqueue(
        HistoryEventKind kind, string process, long began, Guid messageId, string? orderingKey, long sequence, int maxDeliveries) =>
        _events.Enqueue(new HistoryEvent
        {
            Kind = kind,
            Process = process,
            Began = began,
            Ended = Interlocked.Increment(ref _moment),
            MessageId = messageId,
            OrderingKey = orderingKey,
            Sequence = sequence,
            MaxDeliveries = maxDeliveries,
        });
}
