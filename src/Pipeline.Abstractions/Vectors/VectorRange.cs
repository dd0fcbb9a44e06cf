namespace Pipeline.Vectors;

/// <summary>The field is a number in this range. Made by <see cref="VectorFilter.Between"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorRange : VectorFilter
{
    internal VectorRange(string field, double? min, double? max)
        : base(size: 1, depth: 1)
    {
        VectorFields.ThrowIfInvalidName(field);
        if (min is null && max is null)
        {
            throw new ArgumentException("Both bounds are missing. Give one or both.", nameof(min));
        }

        ThrowIfNotFinite(min, nameof(min));
        ThrowIfNotFinite(max, nameof(max));
        if (min > max)
        {
            throw new ArgumentException("The least value is above the greatest. Exchange them.", nameof(min));
        }

        Field = field;
        Min = min;
        Max = max;
    }

    /// <summary>The field's name.</summary>
    public string Field { get; }

    /// <summary>The least value, inclusive, or <see langword="null"/> for none.</summary>
    public double? Min { get; }

    /// <summary>The greatest value, inclusive, or <see langword="null"/> for none.</summary>
    public double? Max { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload)
    {
        if (!payload.TryGetValue(Field, out var stored))
        {
            return false;
        }

        return stored.Kind switch
        {
            VectorValueKind.WholeNumber => Contains(stored.AsWholeNumber),
            VectorValueKind.Number => Contains(stored.AsNumber),
            _ => false,
        };
    }

    private static void ThrowIfNotFinite(double? bound, string argument)
    {
        if (bound is { } value && !double.IsFinite(value))
        {
            throw new ArgumentException("The bound is NaN or infinite. Give a finite number, or null for no bound.", argument);
        }
    }

    private bool Contains(double value) => (Min is not { } min || value >= min) && (Max is not { } max || value <= max);
}
