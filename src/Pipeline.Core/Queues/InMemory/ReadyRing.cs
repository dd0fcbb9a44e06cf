namespace Pipeline.Queues;

/// <summary>
/// The ready messages of a queue: a ring of the tenants that have any, each of which gives as many as its weight before it is the next
/// one's turn (weighted round robin; all messages weigh the same, so no deficit has to be carried over).
/// </summary>
internal sealed class ReadyRing(IDictionary<string, int> weights)
{
    private const int DefaultWeight = 1;

    // The lanes of so many tenants are kept while they are empty, so that a tenant that comes and goes makes no garbage.
    private const int LanesKept = 1_024;

    private readonly Dictionary<string, TenantLane> _lanes = new(StringComparer.Ordinal);
    private TenantLane? _current;
    private int _credit;

    public int Count { get; private set; }

    public void Append(QueueEntry entry, long now)
    {
        entry.State = EntryState.Ready;
        entry.Time = now;
        LaneOf(entry).Append(entry);
        Count++;
    }

    public void Prepend(QueueEntry entry, long now)
    {
        entry.State = EntryState.Ready;
        entry.Time = now;
        LaneOf(entry).Prepend(entry);
        Count++;
    }

    /// <summary>Takes the next message in turn. The ring must not be empty.</summary>
    public QueueEntry Take()
    {
        var lane = _current!;
        var entry = lane.Take();
        Count--;
        _credit--;
        if (lane.IsEmpty)
        {
            Leave(lane);
        }
        else if (_credit == 0)
        {
            MoveTo(lane.Next!);
        }

        return entry;
    }

    /// <summary>When the message that has been ready longest became ready; <see cref="long.MaxValue"/> if there is none.</summary>
    public long ReadySince()
    {
        var earliest = long.MaxValue;
        foreach (var lane in _lanes.Values)
        {
            earliest = Math.Min(earliest, lane.ReadySince());
        }

        return earliest;
    }

    private TenantLane LaneOf(QueueEntry entry)
    {
        var tenant = entry.Message.Tenant;
        if (!_lanes.TryGetValue(tenant, out var lane))
        {
            lane = new TenantLane(tenant, weights.TryGetValue(tenant, out var weight) ? weight : DefaultWeight);
            _lanes.Add(tenant, lane);
        }

        if (lane.Next is null)
        {
            Join(lane);
        }

        return lane;
    }

    private void Join(TenantLane lane)
    {
        if (_current is null)
        {
            lane.Previous = lane.Next = lane;
            MoveTo(lane);
            return;
        }

        // The end of the ring is just before the tenant whose turn it is.
        lane.Next = _current;
        lane.Previous = _current.Previous;
        lane.Previous!.Next = lane;
        _current.Previous = lane;
    }

    private void Leave(TenantLane lane)
    {
        if (ReferenceEquals(lane.Next, lane))
        {
            _current = null;
        }
        else
        {
            lane.Previous!.Next = lane.Next;
            lane.Next!.Previous = lane.Previous;
            MoveTo(lane.Next);
        }

        lane.Previous = lane.Next = null;
        if (_lanes.Count > LanesKept)
        {
            _lanes.Remove(lane.Tenant);
        }
    }

    private void MoveTo(TenantLane lane)
    {
        _current = lane;
        _credit = lane.Weight;
    }
}
