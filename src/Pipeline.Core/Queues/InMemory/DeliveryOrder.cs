namespace Pipeline.Queues;

/// <summary>Which message is delivered next: tenants take turns, and of each ordering key only the first message is ready.</summary>
internal sealed class DeliveryOrder(QueueOptions options)
{
    private readonly ReadyRing _ready = new(options.TenantWeights);
    private readonly OrderingLines _lines = new();

    public int ReadyCount => _ready.Count;

    public int BlockedCount => _lines.BlockedCount;

    /// <summary>How long the message that has been ready longest has waited.</summary>
    public TimeSpan OldestAge(long now) => ReadyCount == 0 ? TimeSpan.Zero : new TimeSpan(now - _ready.ReadySince());

    /// <summary>Puts a new message at the end: of its ordering key's line, if it has one, else of what is ready.</summary>
    public void Arrive(QueueEntry entry, long now)
    {
        if (entry.Message.OrderingKey is null || _lines.Join(entry))
        {
            _ready.Append(entry, now);
        }
    }

    /// <summary>Takes the next message. There must be one.</summary>
    public QueueEntry Take() => _ready.Take();

    /// <summary>Puts a message that was taken behind what is ready; of its ordering key it stays the first.</summary>
    public void Append(QueueEntry entry, long now) => _ready.Append(entry, now);

    /// <summary>Puts a message that was taken before what is ready.</summary>
    public void Prepend(QueueEntry entry, long now) => _ready.Prepend(entry, now);

    /// <summary>Ends a message that was taken: the next of its ordering key is ready.</summary>
    public void Leave(QueueEntry entry, long now)
    {
        if (entry.Line is { } line)
        {
            Advance(line, now);
        }
    }

    /// <summary>Ends a message that died: the next of its ordering key is ready, or held back.</summary>
    public void Die(QueueEntry entry, long now)
    {
        if (options.DeadLetterBlocksOrderingKey && entry.Line is { } line)
        {
            line.Head = null;
        }
        else
        {
            Leave(entry, now);
        }
    }

    /// <summary>Puts a message back that was dead: at the place that it has held, else at the end.</summary>
    public void Revive(QueueEntry entry, long now)
    {
        if (_lines.FindHeld(entry.Message) is { } held)
        {
            held.Head = entry;
            entry.Line = held;
            _ready.Append(entry, now);
        }
        else
        {
            Arrive(entry, now);
        }
    }

    /// <summary>Lets those go on that a dead message has held back.</summary>
    public void Forget(QueueMessage message, long now)
    {
        if (_lines.FindHeld(message) is { } held)
        {
            Advance(held, now);
        }
    }

    private void Advance(OrderingLine line, long now)
    {
        if (_lines.Advance(line) is { } next)
        {
            _ready.Append(next, now);
        }
    }
}
