namespace Pipeline.Vectors;

/// <summary>The slots that do not fulfil a condition.</summary>
internal sealed class OtherSlots(SlotFilter filter) : SlotFilter
{
    public override void Narrow(SegmentStorage segment, Span<ulong> slots)
    {
        Span<ulong> excluded = stackalloc ulong[MostWords];
        excluded = excluded[..slots.Length];
        slots.CopyTo(excluded);
        filter.Narrow(segment, excluded);
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] &= ~excluded[i];
        }
    }
}
