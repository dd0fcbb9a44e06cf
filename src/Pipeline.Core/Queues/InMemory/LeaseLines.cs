namespace Pipeline.Queues;

/// <summary>
/// The leased messages in the order in which their leases run out. Consumers use few different durations, and leases of one duration run
/// out in the order in which they were given, so a list for each duration does what a heap would, at constant cost and with nothing left
/// behind when a lease ends early.
/// </summary>
internal sealed class LeaseLines
{
    private const int EmptyListsKept = 16;

    private readonly Dictionary<long, EntryList> _byDuration = [];

    public int Count { get; private set; }

    public void Add(QueueEntry entry, TimeSpan lease, long now)
    {
        if (!_byDuration.TryGetValue(lease.Ticks, out var list))
        {
            DropEmptyLists();
            list = new EntryList();
            _byDuration.Add(lease.Ticks, list);
        }

        entry.State = EntryState.Leased;
        entry.Time = now + lease.Ticks;
        list.Append(entry);
        Count++;
    }

    public void Remove(QueueEntry entry)
    {
        entry.List!.Remove(entry);
        Count--;
    }

    /// <summary>Takes a message whose lease has run out.</summary>
    public QueueEntry? TakeExpired(long now)
    {
        foreach (var list in _byDuration.Values)
        {
            if (list.Head is { } entry && entry.Time <= now)
            {
                Remove(entry);
                return entry;
            }
        }

        return null;
    }

    /// <summary>When the next lease runs out; <see cref="long.MaxValue"/> if there is none.</summary>
    public long NextExpiry()
    {
        var earliest = long.MaxValue;
        foreach (var list in _byDuration.Values)
        {
            earliest = Math.Min(earliest, list.Head?.Time ?? long.MaxValue);
        }

        return earliest;
    }

    private void DropEmptyLists()
    {
        if (_byDuration.Count < EmptyListsKept)
        {
            return;
        }

        foreach (var (duration, list) in _byDuration)
        {
            if (list.IsEmpty)
            {
                _byDuration.Remove(duration);
            }
        }
    }
}
