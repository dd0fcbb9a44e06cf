namespace Pipeline.Vectors;

/// <summary>The slots whose payload fulfils a condition on a field without a column.</summary>
internal sealed class PayloadSlots(VectorFilter condition) : SlotFilter
{
    public override void Narrow(SegmentStorage segment, Span<ulong> slots)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            for (var rest = slots[i]; rest != 0;)
            {
                var bit = BitSet.TakeLowest(ref rest);
                if (!condition.Matches(segment.Payloads[(i * BitSet.BitsPerWord) + bit]))
                {
                    slots[i] &= ~(1UL << bit);
                }
            }
        }
    }
}
