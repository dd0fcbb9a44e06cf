namespace Pipeline.Vectors;

/// <summary>The slots whose column has one of some values, all texts, all whole numbers or all truth values.</summary>
internal sealed class OneOfSlots(int column, IReadOnlyList<VectorValue> values) : SlotCondition(column)
{
    // Up to here it is quicker to compare with each key than to look each slot's key up.
    private const int FewKeys = 16;

    private readonly VectorValueKind _kind = values[0].Kind;
    private readonly HashSet<long> _keys = [.. values.Select(PayloadColumn.KeyOf)];

    private readonly HashSet<string>? _texts = values[0].Kind == VectorValueKind.Text
        ? new HashSet<string>(values.Select(static value => value.AsText), StringComparer.Ordinal)
        : null;

    // A single text, the most frequent case, is not hashed again for each slot.
    private readonly string? _onlyText = values is [{ Kind: VectorValueKind.Text } only] ? only.AsText : null;

    protected override ulong Fulfilling(PayloadColumn values, int word, ulong slots)
    {
        var ofKind = slots & values.OfKind(word, _kind);
        var fulfilling = ofKind == 0 ? 0 : WithKey(values, word, ofKind);
        return _texts is null ? fulfilling : WithText(values, word, fulfilling) | WithOneOfTexts(values, word, slots);
    }

    private ulong WithKey(PayloadColumn values, int word, ulong slots)
    {
        var found = 0UL;
        if (_keys.Count <= FewKeys)
        {
            foreach (var key in _keys)
            {
                found |= values.WithKey(word, key);
            }

            return slots & found;
        }

        while (slots != 0)
        {
            var bit = BitSet.TakeLowest(ref slots);
            found |= _keys.Contains(values.KeyAt((word * BitSet.BitsPerWord) + bit)) ? 1UL << bit : 0;
        }

        return found;
    }

    /// <summary>Equal keys are equal numbers, but not always equal texts.</summary>
    private ulong WithText(PayloadColumn values, int word, ulong slots)
    {
        var found = slots;
        while (slots != 0)
        {
            var bit = BitSet.TakeLowest(ref slots);
            if (!IsSought(values.TextAt((word * BitSet.BitsPerWord) + bit)))
            {
                found &= ~(1UL << bit);
            }
        }

        return found;
    }

    private ulong WithOneOfTexts(PayloadColumn values, int word, ulong slots)
    {
        slots &= values.OfKind(word, VectorValueKind.Texts);
        var found = 0UL;
        while (slots != 0)
        {
            var bit = BitSet.TakeLowest(ref slots);
            found |= values.TextsAt((word * BitSet.BitsPerWord) + bit).Any(IsSought) ? 1UL << bit : 0;
        }

        return found;
    }

    private bool IsSought(string text) => _onlyText is not null ? string.Equals(text, _onlyText, StringComparison.Ordinal) : _texts!.Contains(text);
}
