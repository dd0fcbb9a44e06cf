namespace Pipeline.Vectors;

/// <summary>All items of one tenant in one version, as they were at one moment. Immutable, hence read without a lock.</summary>
internal sealed class TenantSnapshot(SegmentView[] segments, string[] fields)
{
    public static readonly TenantSnapshot Empty = new([], []);

    public ReadOnlySpan<SegmentView> Segments => segments;

    public long Count { get; } = segments.Sum(static segment => (long)segment.LiveCount);

    /// <summary>The columns' fields, in their order.</summary>
    public ReadOnlySpan<string> Fields => fields;

    /// <summary>The vector of the item at a position, as they are counted.</summary>
    public ReadOnlyMemory<float> VectorAt(long position)
    {
        var index = 0;
        while (position >= segments[index].LiveCount)
        {
            position -= segments[index++].LiveCount;
        }

        var slot = BitSet.Find(segments[index].Live, (int)position);
        return segments[index].Storage.VectorAt(slot).ToArray();
    }

    public long CountWhere(VectorFilter filter, CancellationToken cancellationToken)
    {
        var compiled = SlotFilter.Compile(filter, Fields);
        var count = 0L;
        Span<ulong> mask = stackalloc ulong[SlotFilter.MostWords];
        foreach (var segment in segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count += BitSet.Count(compiled.Select(segment, mask));
        }

        return count;
    }
}
