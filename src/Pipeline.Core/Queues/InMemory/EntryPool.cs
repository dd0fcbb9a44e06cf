namespace Pipeline.Queues;

/// <summary>Entries that are free for reuse, so that a queue which keeps up with its producers makes no garbage of its own.</summary>
internal sealed class EntryPool
{
    private const int MaxFree = 16_384;

    private readonly Stack<QueueEntry> _free = new();

    public QueueEntry Rent(QueueMessage message, DateTimeOffset enqueuedAt, int defaultMaxDeliveries)
    {
        var entry = _free.TryPop(out var free) ? free : new QueueEntry();
        entry.Begin(message, enqueuedAt, defaultMaxDeliveries);
        return entry;
    }

    public void Return(QueueEntry entry)
    {
        entry.End();
        if (_free.Count < MaxFree)
        {
            _free.Push(entry);
        }
    }
}
