namespace Pipeline.Vectors;

/// <summary>A segment as it was at one moment. Immutable, hence read without a lock.</summary>
internal sealed class SegmentView(SegmentStorage storage, int liveCount, ulong[] live)
{
    public SegmentStorage Storage { get; } = storage;

    public int LiveCount { get; } = liveCount;

    /// <summary>A bit for each slot that holds an item.</summary>
    public ReadOnlySpan<ulong> Live => live;

    /// <summary>A copy of an item: what is stored is never lent out.</summary>
    public VectorItem ItemAt(int slot) =>
        new() { Id = Storage.Ids[slot], Vector = Storage.VectorAt(slot).ToArray(), Payload = Storage.Payloads[slot] };
}
