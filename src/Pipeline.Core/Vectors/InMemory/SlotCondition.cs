namespace Pipeline.Vectors;

/// <summary>A condition on one column, decided for 64 slots at a time.</summary>
internal abstract class SlotCondition(int column) : SlotFilter
{
    public sealed override void Narrow(SegmentStorage segment, Span<ulong> slots)
    {
        var values = segment.Columns[column];
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] != 0)
            {
                slots[i] &= Fulfilling(values, i, slots[i]);
            }
        }
    }

    /// <summary>Finds the slots of a word that fulfil the condition.</summary>
    /// <param name="values">The column.</param>
    /// <param name="word">Which 64 slots.</param>
    /// <param name="slots">Those that matter, at least one.</param>
    protected abstract ulong Fulfilling(PayloadColumn values, int word, ulong slots);
}
