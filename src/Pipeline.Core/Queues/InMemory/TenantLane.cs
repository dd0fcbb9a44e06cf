using System.Numerics;

namespace Pipeline.Queues;

/// <summary>The ready messages of one tenant, first in, first out for each priority.</summary>
internal sealed class TenantLane(string tenant, int weight)
{
    private readonly EntryList?[] _byPriority = new EntryList?[QueueLimits.MaxPriority + 1];
    private int _occupied;

    public string Tenant { get; } = tenant;

    public int Weight { get; } = weight;

    public bool IsEmpty => _occupied == 0;

    /// <summary>The neighbours in the ring of active tenants; <see langword="null"/> while the tenant has nothing ready.</summary>
    public TenantLane? Previous { get; set; }

    public TenantLane? Next { get; set; }

    public void Append(QueueEntry entry) => Occupy(entry).Append(entry);

    public void Prepend(QueueEntry entry)
    {
        var list = Occupy(entry);

        // The head of a list is the one that has been ready longest; what comes before it has waited no less.
        entry.Time = Math.Min(entry.Time, list.Head?.Time ?? entry.Time);
        list.Prepend(entry);
    }

    public QueueEntry Take()
    {
        var priority = BitOperations.Log2((uint)_occupied);
        var list = _byPriority[priority]!;
        var entry = list.Head!;
        list.Remove(entry);
        if (list.IsEmpty)
        {
            _occupied &= ~(1 << priority);
        }

        return entry;
    }

    public long ReadySince()
    {
        var earliest = long.MaxValue;
        foreach (var list in _byPriority)
        {
            earliest = Math.Min(earliest, list?.Head?.Time ?? long.MaxValue);
        }

        return earliest;
    }

    private EntryList Occupy(QueueEntry entry)
    {
        _occupied |= 1 << entry.Message.Priority;
        return _byPriority[entry.Message.Priority] ??= new EntryList();
    }
}
