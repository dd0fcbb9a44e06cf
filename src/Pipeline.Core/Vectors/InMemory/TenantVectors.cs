namespace Pipeline.Vectors;

/// <summary>The items of one tenant in one version, and the one place where they change.</summary>
/// <remarks>
/// Writers take turns under a lock, append, and publish one snapshot a call; readers take the last snapshot and never wait. What is replaced or deleted
/// leaves a dead slot, and a segment with more dead slots than live ones is dropped after its items have moved to the last segment.
/// </remarks>
internal sealed class TenantVectors(VectorCollectionDefinition definition)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly List<VectorSegment> _segments = [];
    private string[] _fields = [.. definition.FilterFields.Keys];
    private TenantSnapshot _snapshot = TenantSnapshot.Empty;
    private bool _isClosed;

    public TenantSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Stores items that have been checked.</summary>
    /// <returns>Whether it did; <see langword="false"/> where the tenant was closed meanwhile.</returns>
    public bool TryUpsert(IReadOnlyList<VectorItem> items)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _places.EnsureCapacity(_places.Count + items.Count);
            foreach (var item in items)
            {
                Kill(item.Id);
                Store(item.Vector.Span, Append(item.Id, item.Payload, expected: items.Count));
            }

            Publish();
            return true;
        }
    }

    public void Delete(IReadOnlyList<string> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                Kill(id);
            }

            Publish();
        }
    }

    public void DeleteWhere(VectorFilter filter)
    {
        lock (_gate)
        {
            var compiled = SlotFilter.Compile(filter, _fields);
            Span<ulong> mask = stackalloc ulong[SlotFilter.MostWords];
            foreach (var segment in _segments)
            {
                Kill(segment, compiled.Select(segment.View, mask));
            }

            Publish();
        }
    }

    public void DeleteAll()
    {
        lock (_gate)
        {
            _segments.Clear();
            _places.Clear();
            _places.TrimExcess();
            Publish();
        }
    }

    public void AddFields(IEnumerable<string> fields)
    {
        lock (_gate)
        {
            string[] added = [.. fields.Except(_fields, StringComparer.Ordinal)];
            _fields = [.. _fields, .. added];
            foreach (var segment in _segments)
            {
                segment.AddColumns(added);
            }

            Publish();
        }
    }

    /// <summary>Refuses further items if there are none, so that a tenant without items takes no memory.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            _isClosed = _isClosed || _places.Count == 0;
            return _isClosed;
        }
    }

    private void Store(ReadOnlySpan<float> vector, Span<float> place)
    {
        if (definition.Distance == VectorDistance.Cosine)
        {
            VectorScale.Normalize(vector, place);
        }
        else
        {
            vector.CopyTo(place);
        }
    }

    private Span<float> Append(string id, IReadOnlyDictionary<string, VectorValue> payload, int expected)
    {
        if (_segments.Count == 0 || _segments[^1].IsFull)
        {
            _segments.Add(new VectorSegment(SegmentStorage.CapacityFor(expected, definition.Dimension), definition.Dimension, _fields));
        }

        var place = _segments[^1].Append(id, payload, out var slot);
        _places[id] = new Place(_segments[^1], slot);
        return place;
    }

    private void Kill(string id)
    {
        if (_places.Remove(id, out var place))
        {
            place.Segment.Kill(place.Slot);
        }
    }

    private void Kill(VectorSegment segment, ReadOnlySpan<ulong> slots)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            for (var word = slots[i]; word != 0;)
            {
                Kill(segment.Storage.Ids[(i * BitSet.BitsPerWord) + BitSet.TakeLowest(ref word)]);
            }
        }
    }

    private void Publish()
    {
        Compact();
        Volatile.Write(ref _snapshot, new TenantSnapshot([.. _segments.Select(static segment => segment.View)], _fields));
    }

    private void Compact()
    {
        var sparse = _segments.FindAll(static segment => segment.IsSparse);
        if (sparse.Count == 0)
        {
            return;
        }

        _segments.RemoveAll(static segment => segment.IsSparse);
        var left = sparse.Sum(static segment => segment.LiveCount);
        foreach (var segment in sparse)
        {
            Move(segment.View, ref left);
        }

        if (_places.Capacity > Math.Max(2 * _places.Count, BitSet.BitsPerWord))
        {
            _places.TrimExcess();
        }
    }

    private void Move(SegmentView segment, ref int left)
    {
        for (var i = 0; i < segment.Live.Length; i++)
        {
            for (var word = segment.Live[i]; word != 0; left--)
            {
                var slot = (i * BitSet.BitsPerWord) + BitSet.TakeLowest(ref word);
                segment.Storage.VectorAt(slot).CopyTo(Append(segment.Storage.Ids[slot], segment.Storage.Payloads[slot], left));
            }
        }
    }

    private readonly record struct Place(VectorSegment Segment, int Slot);
}
