using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.Generation;

/// <summary>What a collection should hold: dictionaries, and a comparison with each item.</summary>
internal sealed class VectorModel
{
    private int _lastVersion = 1;

    public VectorModel(VectorCollectionDefinition definition)
    {
        Name = definition.Name;
        Versions = new SortedDictionary<int, ModelVersion> { [1] = new(definition, VectorVersionState.Live) };
    }

    public string Name { get; }

    public SortedDictionary<int, ModelVersion> Versions { get; }

    public int Live { get; private set; } = 1;

    public ModelVersion Of(VectorScope scope) => Versions[scope.Version ?? Live];

    public Dictionary<string, VectorItem> ItemsOf(VectorScope scope) => Of(scope).ItemsOf(scope.Tenant);

    public List<VectorItem> Select(VectorScope scope, VectorFilter? filter) =>
        [.. ItemsOf(scope).Values.Where(item => filter?.Matches(item.Payload) ?? true)];

    public int Build(VectorCollectionDefinition definition)
    {
        Versions.Add(++_lastVersion, new ModelVersion(definition, VectorVersionState.Building));
        return _lastVersion;
    }

    public void Switch(int version)
    {
        Versions[Live].State = VectorVersionState.Superseded;
        Versions[version].State = VectorVersionState.Live;
        Live = version;
    }
}
