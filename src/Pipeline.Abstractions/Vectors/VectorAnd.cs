namespace Pipeline.Vectors;

/// <summary>All of the conditions are fulfilled. Made by <see cref="VectorFilter.All"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorAnd : VectorFilter
{
    private readonly VectorFilter[] _filters;

    internal VectorAnd(VectorFilter[] filters)
        : base(1 + filters.Sum(static filter => filter.Size), 1 + filters.Max(static filter => filter.Depth))
    {
        _filters = filters;
        Filters = Array.AsReadOnly(filters);
    }

    /// <summary>The conditions, one or more.</summary>
    public IReadOnlyList<VectorFilter> Filters { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload) =>
        Array.TrueForAll(_filters, filter => filter.IsFulfilledBy(payload));
}
