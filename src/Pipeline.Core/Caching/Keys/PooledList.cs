using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A list in memory from the shared pool, used again and again on one thread.</summary>
internal sealed class PooledList<T>
    where T : struct
{
    private const int FirstLength = 64;

    private T[] _items = [];

    /// <summary>How many items there are. Setting it lower forgets the last ones.</summary>
    public int Count { get; set; }

    public Span<T> Written => _items.AsSpan(0, Count);

    public ref T this[int index] => ref _items[index];

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        _items[Count++] = item;
    }

    public void Release()
    {
        if (_items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(_items);
            _items = [];
        }

        Count = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(FirstLength, _items.Length * 2));
        Written.CopyTo(larger);
        var count = Count;
        Release();
        _items = larger;
        Count = count;
    }
}
