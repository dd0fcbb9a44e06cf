namespace Pipeline.Vectors;

/// <summary>All conditions: each looks only at what the ones before it left.</summary>
internal sealed class AllSlots(SlotFilter[] filters) : SlotFilter
{
    public override void Narrow(SegmentStorage segment, Span<ulong> slots)
    {
        foreach (var filter in filters)
        {
            filter.Narrow(segment, slots);
        }
    }
}
