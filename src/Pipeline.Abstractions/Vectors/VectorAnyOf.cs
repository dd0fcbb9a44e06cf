namespace Pipeline.Vectors;

/// <summary>The field has one of these values. Made by <see cref="VectorFilter.AnyOf"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorAnyOf : VectorFilter
{
    private readonly HashSet<VectorValue> _values;

    internal VectorAnyOf(string field, VectorValue[] values)
        : base(size: 1, depth: 1)
    {
        VectorFields.ThrowIfInvalidName(field);
        if (values.Length is 0 or > MaxValues)
        {
            throw new ArgumentException($"There are {values.Length} values. Give 1 to {MaxValues}.", nameof(values));
        }

        if (values[0].Kind is not (VectorValueKind.Text or VectorValueKind.WholeNumber) || Array.Exists(values, value => value.Kind != values[0].Kind))
        {
            throw new ArgumentException("The values are not all texts or all whole numbers. Give values of one of these kinds.", nameof(values));
        }

        Field = field;
        _values = [.. values];
        Values = Array.AsReadOnly(values.Distinct().ToArray());
    }

    /// <summary>The field's name.</summary>
    public string Field { get; }

    /// <summary>The values, each once: all texts or all whole numbers.</summary>
    public IReadOnlyList<VectorValue> Values { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload) =>
        payload.TryGetValue(Field, out var stored)
        && (stored.Kind == VectorValueKind.Texts
            ? stored.AsTexts.Any(text => _values.Contains(text))
            : _values.Contains(stored));
}
