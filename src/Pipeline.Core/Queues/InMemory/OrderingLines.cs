namespace Pipeline.Queues;

/// <summary>The ordering keys in use. Only the head of a line can be ready, leased or waiting for its retry.</summary>
internal sealed class OrderingLines
{
    private readonly Dictionary<TenantKey, OrderingLine> _lines = [];

    /// <summary>How many messages wait for an earlier one of their key.</summary>
    public int BlockedCount { get; private set; }

    /// <summary>Puts a keyed message into its line.</summary>
    /// <returns>Whether it is its turn already.</returns>
    public bool Join(QueueEntry entry)
    {
        var key = KeyOf(entry.Message);
        if (!_lines.TryGetValue(key, out var line))
        {
            line = new OrderingLine(key) { Head = entry };
            _lines.Add(key, line);
            entry.Line = line;
            return true;
        }

        entry.Line = line;
        entry.State = EntryState.Blocked;
        line.Waiting.Append(entry);
        BlockedCount++;
        return false;
    }

    /// <summary>Ends the turn of a line's head.</summary>
    /// <returns>The message whose turn it is now, if any.</returns>
    public QueueEntry? Advance(OrderingLine line)
    {
        line.Head = line.Waiting.Head;
        if (line.Head is null)
        {
            _lines.Remove(line.Key);
            return null;
        }

        line.Waiting.Remove(line.Head);
        BlockedCount--;
        return line.Head;
    }

    /// <summary>Finds the line that a dead letter holds closed.</summary>
    public OrderingLine? FindHeld(QueueMessage message) =>
        message.OrderingKey is not null && _lines.TryGetValue(KeyOf(message), out var line) && line.Head is null ? line : null;

    private static TenantKey KeyOf(QueueMessage message) => new(message.Tenant, message.OrderingKey!);
}
