namespace Pipeline.Vectors;

/// <summary>The field has this value. Made by <see cref="VectorFilter.EqualTo"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorEquals : VectorFilter
{
    internal VectorEquals(string field, VectorValue value)
        : base(size: 1, depth: 1)
    {
        VectorFields.ThrowIfInvalidName(field);
        if (value.Kind is not (VectorValueKind.Text or VectorValueKind.WholeNumber or VectorValueKind.Boolean))
        {
            throw new ArgumentException(
                $"Equality with a value of kind {value.Kind} is not defined. "
                + $"Give a text, a whole number or a truth value; compare other numbers by {nameof(Between)}.",
                nameof(value));
        }

        Field = field;
        Value = value;
    }

    /// <summary>The field's name.</summary>
    public string Field { get; }

    /// <summary>The value: a text, a whole number or a truth value.</summary>
    public VectorValue Value { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload) =>
        payload.TryGetValue(Field, out var stored)
        && (stored.Kind == VectorValueKind.Texts && Value.Kind == VectorValueKind.Text
            ? stored.AsTexts.Contains(Value.AsText, StringComparer.Ordinal)
            : stored.Equals(Value));
}
