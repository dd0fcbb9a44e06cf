using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

/// <summary>
/// The promises of <see cref="IVectorIndex"/> and <see cref="IVectorCollections"/>, a fact for each. The author of a backend derives a sealed class with
/// a parameterless constructor that passes a <see cref="VectorIndexTestStore"/>.
/// </summary>
/// <remarks>The facts are bounded by counts, never by time; their time limit only ends a call that hangs.</remarks>
[ConformanceSuiteFor(typeof(IVectorIndex))]
public abstract partial class VectorIndexConformance : IAsyncLifetime
{
    private const int TimeLimit = 180_000;
    private const int Dimension = 4;

    /// <summary>How far scores of backends may be apart.</summary>
    private const float Tolerance = 0.001f;

    private readonly VectorIndexTestStore _store;

    /// <summary>Makes the suite for one backend.</summary>
    /// <param name="store">The backend. The suite disposes it.</param>
    protected VectorIndexConformance(VectorIndexTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <summary>The distances.</summary>
    public static TheoryData<VectorDistance> Distances { get; } = [VectorDistance.Cosine, VectorDistance.DotProduct, VectorDistance.Euclidean];

    /// <summary>Prepares the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store can be used.</returns>
    public virtual Task InitializeAsync() => _store.InitializeAsync().AsTask();

    /// <summary>Disposes the store. Called by xunit.</summary>
    /// <returns>A task that completes when the store is disposed.</returns>
    public virtual Task DisposeAsync() => _store.DisposeAsync().AsTask();

    private static TheoryData<TFirst, TSecond> Pairs<TFirst, TSecond>(IEnumerable<TFirst> first, IReadOnlyCollection<TSecond> second)
    {
        var pairs = new TheoryData<TFirst, TSecond>();
        foreach (var (left, right) in first.SelectMany(left => second.Select(right => (left, right))))
        {
            pairs.Add(left, right);
        }

        return pairs;
    }

    private static string UniqueName(string name = "chunks") => $"{name}-{Guid.NewGuid():N}";

    private static VectorCollectionDefinition Definition(
        string? name = null,
        int dimension = Dimension,
        VectorDistance distance = VectorDistance.Cosine,
        string model = "model-a",
        params IEnumerable<(string Field, VectorValueKind Kind)> fields) => new()
        {
            Name = name ?? UniqueName(),
            Model = model,
            Dimension = dimension,
            Distance = distance,
            FilterFields = fields.ToDictionary(static field => field.Field, static field => field.Kind),
        };

    private static VectorItem Item(string id, float[] vector, params IEnumerable<(string Field, VectorValue Value)> payload) =>
        new() { Id = id, Vector = vector, Payload = payload.ToDictionary(static field => field.Field, static field => field.Value) };

    /// <summary>A vector that points along an axis.</summary>
    private static float[] Axis(int axis, int dimension = Dimension)
    {
        var vector = new float[dimension];
        vector[axis] = 1;
        return vector;
    }

    private static VectorQuery Query(float[] vector, int limit = 10, VectorFilter? filter = null) =>
        new() { Vector = vector, Limit = limit, Filter = filter };

    private static async Task<List<VectorItem>> ReadAsync(IVectorIndex index, VectorScope scope, VectorFilter? filter = null)
    {
        var items = new List<VectorItem>();
        await foreach (var item in index.ReadAsync(scope, filter))
        {
            items.Add(item);
        }

        return items;
    }

    private static async Task<string[]> IdsAsync(IVectorIndex index, VectorScope scope, VectorFilter? filter = null) =>
        [.. (await ReadAsync(index, scope, filter)).Select(static item => item.Id).Order(StringComparer.Ordinal)];

    private static async Task<string[]> FindAsync(IVectorIndex index, VectorScope scope, VectorQuery query) =>
        [.. (await index.SearchAsync(scope, query)).Select(static match => match.Id)];

    /// <summary>Compares as texts sort, whatever order the index gave them in.</summary>
    private static void AssertIds(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));

    /// <summary>Opens the index, and makes a collection with one tenant.</summary>
    private async Task<(IVectorIndex Index, VectorScope Scope)> OpenAsync(VectorCollectionDefinition? definition = null)
    {
        var index = await _store.OpenAsync();
        var version = await index.Collections.EnsureAsync(definition ?? Definition());
        return (index, new VectorScope(version.Definition.Name, "acme"));
    }
}
