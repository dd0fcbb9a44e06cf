namespace Pipeline.Queues;

/// <summary>The messages that wait for their time.</summary>
internal sealed class DelayedEntries
{
    private readonly PriorityQueue<QueueEntry, (long Due, long Sequence)> _heap = new();
    private long _sequence;

    public int Count => _heap.Count;

    public void Add(QueueEntry entry, long due)
    {
        entry.State = EntryState.Delayed;
        entry.Time = due;
        _heap.Enqueue(entry, (due, _sequence++));
    }

    /// <summary>Takes a message that has come due.</summary>
    public QueueEntry? TakeDue(long now) => _heap.TryPeek(out _, out var first) && first.Due <= now ? _heap.Dequeue() : null;

    /// <summary>When the next message comes due; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextDue() => _heap.TryPeek(out _, out var first) ? first.Due : long.MaxValue;

    public void TrimExcess() => _heap.TrimExcess();
}
