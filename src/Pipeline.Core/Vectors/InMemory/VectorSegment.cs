namespace Pipeline.Vectors;

/// <summary>A run of slots as its writer sees it. Not thread safe: readers have <see cref="SegmentView"/>.</summary>
internal sealed class VectorSegment
{
    private readonly int _dimension;
    private ulong[] _live;
    private bool _isLiveShared;
    private SegmentView? _view;

    public VectorSegment(int capacity, int dimension, IEnumerable<string> fields)
    {
        _dimension = dimension;
        Storage = new SegmentStorage(capacity, dimension, [.. fields.Select(field => new PayloadColumn(field, capacity))]);
        _live = new ulong[BitSet.WordsFor(capacity)];
    }

    public SegmentStorage Storage { get; private set; }

    public int Count { get; private set; }

    public int LiveCount { get; private set; }

    public bool IsFull => Count == SegmentStorage.MostSlotsOf(_dimension);

    /// <summary>Whether more than half of its slots are dead: then what lives in it moves, at less than one move for each death.</summary>
    public bool IsSparse => LiveCount == 0 || Count - LiveCount > Math.Max(LiveCount, BitSet.BitsPerWord / 2);

    /// <summary>The segment as it is now.</summary>
    public SegmentView View
    {
        get
        {
            _isLiveShared = true;
            return _view ??= new SegmentView(Storage, LiveCount, _live);
        }
    }

    /// <summary>Adds an item. The segment is not full.</summary>
    /// <returns>The item's slot, and the place for its vector, to be filled.</returns>
    public Span<float> Append(string id, IReadOnlyDictionary<string, VectorValue> payload, out int slot)
    {
        if (Count == Storage.Capacity)
        {
            Storage = Storage.Grow(Count);
        }

        slot = Count;
        var place = Storage.Put(slot, id, payload);
        Count++;
        LiveCount++;
        BitSet.Add(ChangeLive(), slot);
        return place;
    }

    public void Kill(int slot)
    {
        LiveCount--;
        BitSet.Remove(ChangeLive(), slot);
    }

    public void AddColumns(IEnumerable<string> fields)
    {
        Storage = Storage.WithColumns(fields, Count);
        _view = null;
    }

    private ulong[] ChangeLive()
    {
        _view = null;
        if (_isLiveShared || _live.Length < BitSet.WordsFor(Storage.Capacity))
        {
            var changed = new ulong[BitSet.WordsFor(Storage.Capacity)];
            _live.CopyTo(changed, 0);
            _live = changed;
            _isLiveShared = false;
        }

        return _live;
    }
}
