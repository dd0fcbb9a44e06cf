using System.Runtime.InteropServices;

namespace Pipeline.Vectors;

/// <summary>The nearest items so far: a binary heap of bounded size whose root is the least near.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct NearestSlots
{
    private readonly Span<NearestSlot> _heap;

    /// <summary>Begins without items.</summary>
    /// <param name="heap">Memory for as many items as are sought, one or more.</param>
    /// <param name="minScore">The least score, or null.</param>
    public NearestSlots(Span<NearestSlot> heap, float? minScore)
    {
        _heap = heap;
        Floor = minScore is { } least ? float.BitDecrement(least) : float.NegativeInfinity;
    }

    public int Count { get; private set; }

    /// <summary>The score that an item must exceed to be among the nearest.</summary>
    public float Floor { get; private set; }

    /// <summary>Takes an item in whose score is above <see cref="Floor"/>.</summary>
    public void Add(NearestSlot item)
    {
        if (Count < _heap.Length)
        {
            RaiseTo(Count++, item);
        }
        else
        {
            SinkFrom(0, item);
        }

        if (Count == _heap.Length)
        {
            Floor = _heap[0].Score;
        }
    }

    /// <summary>Takes the least near item out.</summary>
    public NearestSlot TakeFarthest()
    {
        var farthest = _heap[0];
        var last = _heap[--Count];
        if (Count > 0)
        {
            SinkFrom(0, last);
        }

        return farthest;
    }

    private readonly void RaiseTo(int place, NearestSlot item)
    {
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (_heap[parent].Score <= item.Score)
            {
                break;
            }

            _heap[place] = _heap[parent];
            place = parent;
        }

        _heap[place] = item;
    }

    private readonly void SinkFrom(int place, NearestSlot item)
    {
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && _heap[child + 1].Score < _heap[child].Score)
            {
                child++;
            }

            if (_heap[child].Score >= item.Score)
            {
                break;
            }

            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = item;
    }
}
