namespace Pipeline.Vectors;

/// <summary>At least one of the conditions is fulfilled. Made by <see cref="VectorFilter.Any"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorOr : VectorFilter
{
    private readonly VectorFilter[] _filters;

    internal VectorOr(VectorFilter[] filters)
        : base(1 + filters.Sum(static filter => filter.Size), 1 + filters.Max(static filter => filter.Depth))
    {
        _filters = filters;
        Filters = Array.AsReadOnly(filters);
    }

    /// <summary>The conditions, one or more.</summary>
    public IReadOnlyList<VectorFilter> Filters { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload) =>
        Array.Exists(_filters, filter => filter.IsFulfilledBy(payload));
}
