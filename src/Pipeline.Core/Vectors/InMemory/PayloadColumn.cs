using System.Runtime.Intrinsics;

namespace Pipeline.Vectors;

/// <summary>One field's values of a segment, side by side, so that a condition on it touches little memory, and decides 64 slots at a time.</summary>
/// <remarks>A slot is written once, before it is published. Values of any kind have their place: a field may be of another kind than was declared.</remarks>
internal sealed class PayloadColumn
{
    private const int SharedTexts = 64;

    private readonly byte[] _kinds;
    private readonly long[] _keys;
    private readonly object?[] _texts;
    private readonly string?[] _sharedTexts;

    public PayloadColumn(string field, int capacity)
        : this(field, capacity, new string?[SharedTexts])
    {
    }

    private PayloadColumn(string field, int capacity, string?[] sharedTexts)
    {
        Field = field;
        var slots = BitSet.WordsFor(capacity) * BitSet.BitsPerWord;
        _kinds = new byte[slots];
        _keys = new long[slots];
        _texts = new object?[slots];
        _sharedTexts = sharedTexts;
    }

    public string Field { get; }

    /// <summary>What stands for a value. For a text that is its hash, which rules most slots out without a look at the text itself.</summary>
    public static long KeyOf(VectorValue value) => value.Kind switch
    {
        VectorValueKind.Text => value.AsText.GetHashCode(StringComparison.Ordinal),
        VectorValueKind.WholeNumber => value.AsWholeNumber,
        VectorValueKind.Number => BitConverter.DoubleToInt64Bits(value.AsNumber),
        VectorValueKind.Boolean => value.AsBoolean ? 1 : 0,
        _ => 0,
    };

    /// <summary>Which of the 64 slots of a word have a value of a kind.</summary>
    public ulong OfKind(int word, VectorValueKind kind) =>
        Vector512.Equals(Vector512.Create(_kinds, word * BitSet.BitsPerWord), Vector512.Create((byte)kind)).ExtractMostSignificantBits();

    /// <summary>Which of the 64 slots of a word have a key.</summary>
    public ulong WithKey(int word, long key)
    {
        var sought = Vector512.Create(key);
        var slots = 0UL;
        for (var i = 0; i < BitSet.BitsPerWord; i += Vector512<long>.Count)
        {
            slots |= Vector512.Equals(Vector512.Create(_keys, (word * BitSet.BitsPerWord) + i), sought).ExtractMostSignificantBits() << i;
        }

        return slots;
    }

    /// <summary>Which of the 64 slots of a word have a number within both bounds, if all are of the kind.</summary>
    public ulong Between(int word, double min, double max, VectorValueKind kind)
    {
        var (least, greatest) = (Vector512.Create(min), Vector512.Create(max));
        var slots = 0UL;
        for (var i = 0; i < BitSet.BitsPerWord; i += Vector512<long>.Count)
        {
            var keys = Vector512.Create(_keys, (word * BitSet.BitsPerWord) + i);
            var numbers = kind == VectorValueKind.Number ? keys.AsDouble() : Vector512.ConvertToDouble(keys);
            var inside = Vector512.GreaterThanOrEqual(numbers, least) & Vector512.LessThanOrEqual(numbers, greatest);
            slots |= inside.ExtractMostSignificantBits() << i;
        }

        return slots;
    }

    public long KeyAt(int slot) => _keys[slot];

    public string TextAt(int slot) => (string)_texts[slot]!;

    public IReadOnlyList<string> TextsAt(int slot) => (IReadOnlyList<string>)_texts[slot]!;

    public void Put(int slot, IReadOnlyDictionary<string, VectorValue> payload)
    {
        if (!payload.TryGetValue(Field, out var value))
        {
            return;
        }

        _kinds[slot] = (byte)value.Kind;
        _keys[slot] = KeyOf(value);
        _texts[slot] = value.Kind switch
        {
            VectorValueKind.Text => Share(value.AsText, _keys[slot]),
            VectorValueKind.Texts => value.AsTexts,
            _ => null,
        };
    }

    public PayloadColumn Grow(int capacity, int count)
    {
        var larger = new PayloadColumn(Field, capacity, _sharedTexts);
        _kinds.AsSpan(0, count).CopyTo(larger._kinds);
        _keys.AsSpan(0, count).CopyTo(larger._keys);
        _texts.AsSpan(0, count).CopyTo(larger._texts);
        return larger;
    }

    // Many items have one of a few texts: as one object it stays in the processor's cache while they are compared.
    private string Share(string text, long key)
    {
        ref var shared = ref _sharedTexts[(int)(key & (SharedTexts - 1))];
        if (!string.Equals(shared, text, StringComparison.Ordinal))
        {
            shared = text;
        }

        return shared!;
    }
}
