using System.Runtime.CompilerServices;

namespace Pipeline.Vectors;

/// <summary>Hands out a snapshot's items one by one.</summary>
internal static class SnapshotReader
{
    public static async IAsyncEnumerable<VectorItem> ReadAsync(
        Func<TenantSnapshot> open, VectorFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var snapshot = open();
        for (var i = 0; i < snapshot.Segments.Length; i++)
        {
            // A consumer that awaits nothing else would keep the thread for the whole of a large collection.
            await Task.Yield();
            var segment = snapshot.Segments[i];
            foreach (var slot in SlotsOf(segment, filter, snapshot.Fields))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return segment.ItemAt(slot);
            }
        }
    }

    private static ushort[] SlotsOf(SegmentView segment, VectorFilter? filter, ReadOnlySpan<string> fields)
    {
        var chosen = filter is null ? segment.Live : SlotFilter.Compile(filter, fields).Select(segment, stackalloc ulong[SlotFilter.MostWords]);
        return BitSet.List(chosen, stackalloc ushort[SegmentStorage.MostSlots]).ToArray();
    }
}
