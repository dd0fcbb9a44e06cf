namespace Pipeline.Vectors;

/// <summary>The condition is not fulfilled. Made by <see cref="VectorFilter.Not"/>.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed class VectorNot : VectorFilter
{
    internal VectorNot(VectorFilter filter)
        : base(1 + filter.Size, 1 + filter.Depth) =>
        Filter = filter;

    /// <summary>The condition.</summary>
    public VectorFilter Filter { get; }

    internal override bool IsFulfilledBy(IReadOnlyDictionary<string, VectorValue> payload) => !Filter.IsFulfilledBy(payload);
}
