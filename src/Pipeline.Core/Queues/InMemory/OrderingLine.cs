namespace Pipeline.Queues;

/// <summary>The messages of one ordering key: the one whose turn it is, and those that wait for it.</summary>
internal sealed class OrderingLine(TenantKey key)
{
    public TenantKey Key { get; } = key;

    /// <summary>The message whose turn it is; <see langword="null"/> while a dead letter holds the line.</summary>
    public QueueEntry? Head { get; set; }

    public EntryList Waiting { get; } = new();
}
