namespace Pipeline.Vectors;

/// <summary>The slots whose column has a number, whole or not, in a range.</summary>
internal sealed class RangeSlots(int column, double? min, double? max) : SlotCondition(column)
{
    private readonly double _min = min ?? double.NegativeInfinity;
    private readonly double _max = max ?? double.PositiveInfinity;

    protected override ulong Fulfilling(PayloadColumn values, int word, ulong slots) =>
        Fulfilling(values, word, slots, VectorValueKind.WholeNumber) | Fulfilling(values, word, slots, VectorValueKind.Number);

    private ulong Fulfilling(PayloadColumn values, int word, ulong slots, VectorValueKind kind)
    {
        slots &= values.OfKind(word, kind);
        return slots == 0 ? 0 : slots & values.Between(word, _min, _max, kind);
    }
}
