using System.Buffers;

namespace Pipeline.Vectors;

/// <summary>Compares a query with each item of a snapshot that its filter lets through.</summary>
internal static class VectorScan
{
    public static IReadOnlyList<VectorMatch> Search(
        TenantSnapshot snapshot, VectorDistance distance, VectorQuery query, CancellationToken cancellationToken)
    {
        if (snapshot.Count == 0)
        {
            return [];
        }

        if (distance != VectorDistance.Cosine)
        {
            return Search(snapshot, distance, query, query.Vector.Span, cancellationToken);
        }

        var direction = ArrayPool<float>.Shared.Rent(query.Vector.Length);
        try
        {
            var normalized = direction.AsSpan(0, query.Vector.Length);
            VectorScale.Normalize(query.Vector.Span, normalized);
            return Search(snapshot, distance, query, normalized, cancellationToken);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(direction);
        }
    }

    private static VectorMatch[] Search(
        TenantSnapshot snapshot, VectorDistance distance, VectorQuery query, ReadOnlySpan<float> vector, CancellationToken cancellationToken)
    {
        Span<NearestSlot> heap = stackalloc NearestSlot[(int)Math.Min(query.Limit, snapshot.Count)];
        Span<ulong> mask = stackalloc ulong[SlotFilter.MostWords];
        Span<ushort> list = stackalloc ushort[SegmentStorage.MostSlots];
        var nearest = new NearestSlots(heap, query.MinScore);
        var filter = query.Filter is null ? null : SlotFilter.Compile(query.Filter, snapshot.Fields);
        var segments = snapshot.Segments;
        for (var i = 0; i < segments.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slots = BitSet.List(filter is null ? segments[i].Live : filter.Select(segments[i], mask), list);
            switch (distance)
            {
                case VectorDistance.DotProduct:
                    Compare<DotProductScore>(segments[i], i, slots, vector, ref nearest);
                    break;
                case VectorDistance.Euclidean:
                    Compare<EuclideanScore>(segments[i], i, slots, vector, ref nearest);
                    break;
                default:
                    Compare<CosineScore>(segments[i], i, slots, vector, ref nearest);
                    break;
            }
        }

        return Matches(snapshot, ref nearest, query.IncludeVectors);
    }

    private static void Compare<TScore>(
        SegmentView segment, int index, ReadOnlySpan<ushort> slots, ReadOnlySpan<float> vector, scoped ref NearestSlots nearest)
        where TScore : struct, IVectorScore
    {
        var stored = segment.Storage.Vectors.AsSpan();
        var ahead = MemoryPrefetch.DistanceOf(vector.Length);
        for (var i = 0; i < slots.Length; i++)
        {
            if (i + ahead < slots.Length)
            {
                MemoryPrefetch.Begin(stored.Slice(slots[i + ahead] * vector.Length, vector.Length));
            }

            var score = TScore.Of(vector, stored.Slice(slots[i] * vector.Length, vector.Length));
            if (score > nearest.Floor)
            {
                nearest.Add(new NearestSlot(score, index, slots[i]));
            }
        }
    }

    private static VectorMatch[] Matches(TenantSnapshot snapshot, scoped ref NearestSlots nearest, bool withVectors)
    {
        var matches = new VectorMatch[nearest.Count];
        for (var i = matches.Length - 1; i >= 0; i--)
        {
            var found = nearest.TakeFarthest();
            var storage = snapshot.Segments[found.Segment].Storage;
            matches[i] = new VectorMatch(
                storage.Ids[found.Slot],
                found.Score,
                storage.Payloads[found.Slot],
                withVectors ? storage.VectorAt(found.Slot).ToArray() : default);
        }

        return matches;
    }
}
