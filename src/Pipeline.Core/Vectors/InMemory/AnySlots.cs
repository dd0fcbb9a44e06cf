namespace Pipeline.Vectors;

/// <summary>At least one condition: each looks only at what none before it let through.</summary>
internal sealed class AnySlots(SlotFilter[] filters) : SlotFilter
{
    public override void Narrow(SegmentStorage segment, Span<ulong> slots)
    {
        Span<ulong> open = stackalloc ulong[MostWords];
        Span<ulong> passed = stackalloc ulong[MostWords];
        open = open[..slots.Length];
        passed = passed[..slots.Length];
        slots.CopyTo(open);
        slots.Clear();
        foreach (var filter in filters)
        {
            open.CopyTo(passed);
            filter.Narrow(segment, passed);
            for (var i = 0; i < slots.Length; i++)
            {
                slots[i] |= passed[i];
                open[i] &= ~passed[i];
            }
        }
    }
}
