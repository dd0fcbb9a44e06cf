using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.Generation;

/// <summary>One version of a collection, as it should be.</summary>
internal sealed class ModelVersion(VectorCollectionDefinition definition, VectorVersionState state)
{
    private readonly Dictionary<string, Dictionary<string, VectorItem>> _tenants = new(StringComparer.Ordinal);

    public VectorCollectionDefinition Definition { get; set; } = definition;

    public VectorVersionState State { get; set; } = state;

    public long Count => _tenants.Values.Sum(static items => (long)items.Count);

    public Dictionary<string, VectorItem> ItemsOf(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out var items))
        {
            _tenants.Add(tenant, items = new Dictionary<string, VectorItem>(StringComparer.Ordinal));
        }

        return items;
    }
}
