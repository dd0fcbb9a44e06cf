using System.Numerics;

namespace Pipeline.Vectors;

/// <summary>The arrays of one segment. A slot is written once, before a view that shows it is published, and never again: so views share storage.</summary>
internal sealed class SegmentStorage
{
    /// <summary>How many slots a segment has at most, whatever the dimension.</summary>
    public const int MostSlots = 4096;

    // 4 MiB of vectors: long runs for the processor's prefetcher, and little to move when a segment is compacted.
    private const int MostComponents = 1 << 20;
    private const int FewestSlots = 64;
    private const int FirstCapacity = 8;

    private readonly int _dimension;

    public SegmentStorage(int capacity, int dimension, PayloadColumn[] columns)
        : this(
            dimension,
            GC.AllocateUninitializedArray<float>(capacity * dimension),
            new string[capacity],
            new IReadOnlyDictionary<string, VectorValue>[capacity],
            columns)
    {
    }

    private SegmentStorage(
        int dimension, float[] vectors, string[] ids, IReadOnlyDictionary<string, VectorValue>[] payloads, PayloadColumn[] columns)
    {
        _dimension = dimension;
        Vectors = vectors;
        Ids = ids;
        Payloads = payloads;
        Columns = columns;
    }

    public float[] Vectors { get; }

    public string[] Ids { get; }

    public IReadOnlyDictionary<string, VectorValue>[] Payloads { get; }

    public PayloadColumn[] Columns { get; }

    public int Capacity => Ids.Length;

    /// <summary>How many slots a full segment has: a power of two.</summary>
    public static int MostSlotsOf(int dimension) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(MostComponents / dimension) + 1) / 2, FewestSlots, MostSlots);

    /// <summary>The capacity for so many items: a power of two.</summary>
    public static int CapacityFor(int items, int dimension) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)items), FirstCapacity, MostSlotsOf(dimension));

    public ReadOnlySpan<float> VectorAt(int slot) => Vectors.AsSpan(slot * _dimension, _dimension);

    /// <summary>As <see cref="VectorAt"/>, for longer than a call.</summary>
    public ReadOnlyMemory<float> MemoryAt(int slot) => Vectors.AsMemory(slot * _dimension, _dimension);

    /// <summary>Writes a slot that no view shows yet.</summary>
    /// <returns>The place for the vector, to be filled.</returns>
    public Span<float> Put(int slot, string id, IReadOnlyDictionary<string, VectorValue> payload)
    {
        Ids[slot] = id;
        Payloads[slot] = payload;
        foreach (var column in Columns)
        {
            column.Put(slot, payload);
        }

        return Vectors.AsSpan(slot * _dimension, _dimension);
    }

    public SegmentStorage Grow(int count)
    {
        var capacity = CapacityFor(Capacity * 2, _dimension);
        var larger = new SegmentStorage(capacity, _dimension, Array.ConvertAll(Columns, column => column.Grow(capacity, count)));
        Vectors.AsSpan(0, count * _dimension).CopyTo(larger.Vectors);
        Ids.AsSpan(0, count).CopyTo(larger.Ids);
        Payloads.AsSpan(0, count).CopyTo(larger.Payloads);
        return larger;
    }

    /// <summary>The same items, with more columns.</summary>
    public SegmentStorage WithColumns(IEnumerable<string> fields, int count)
    {
        var added = fields.Select(field => new PayloadColumn(field, Capacity)).ToArray();
        foreach (var column in added)
        {
            for (var slot = 0; slot < count; slot++)
            {
                column.Put(slot, Payloads[slot]);
            }
        }

        return new SegmentStorage(_dimension, Vectors, Ids, Payloads, [.. Columns, .. added]);
    }
}
