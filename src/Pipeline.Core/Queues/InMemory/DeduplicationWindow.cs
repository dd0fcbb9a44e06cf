namespace Pipeline.Queues;

/// <summary>The deduplication keys of the last while, and the message that each belongs to.</summary>
internal sealed class DeduplicationWindow(TimeSpan window)
{
    private readonly Dictionary<TenantKey, Guid> _firstByKey = [];
    private readonly Queue<(long Expiry, TenantKey Key)> _expiries = new();

    public bool TryFind(QueueMessage message, out Guid first)
    {
        first = default;
        return message.DeduplicationKey is { } key && _firstByKey.TryGetValue(new TenantKey(message.Tenant, key), out first);
    }

    public void Remember(QueueMessage message, long now)
    {
        if (message.DeduplicationKey is { } name)
        {
            var key = new TenantKey(message.Tenant, name);
            _firstByKey[key] = message.Id;
            _expiries.Enqueue((now + window.Ticks, key));
        }
    }

    public void Forget(long now)
    {
        while (_expiries.TryPeek(out var oldest) && oldest.Expiry <= now)
        {
            _firstByKey.Remove(_expiries.Dequeue().Key);
        }
    }
}
