namespace Pipeline.Vectors;

/// <summary>Definitions and items for tests of the in-memory index.</summary>
internal static class SampleVectors
{
    public static readonly VectorScope Scope = new("chunks", "acme");

    public static async Task<InMemoryVectorIndex> OpenAsync(
        int dimension, VectorDistance distance = VectorDistance.Cosine, params (string Field, VectorValueKind Kind)[] fields)
    {
        var index = new InMemoryVectorIndex();
        await index.Collections.EnsureAsync(new VectorCollectionDefinition
        {
            Name = Scope.Collection,
            Model = "model",
            Dimension = dimension,
            Distance = distance,
            FilterFields = fields.ToDictionary(static one => one.Field, static one => one.Kind),
        });
        return index;
    }

    public static VectorItem Item(string id, float[] vector, params (string Field, VectorValue Value)[] payload) =>
        new() { Id = id, Vector = vector, Payload = payload.ToDictionary(static one => one.Field, static one => one.Value) };

    public static float[] Vector(Random random, int dimension)
    {
        var vector = new float[dimension];
        foreach (ref var component in vector.AsSpan())
        {
            component = random.NextSingle() - 0.5f;
        }

        return vector;
    }

    public static async Task FillAsync(this InMemoryVectorIndex index, VectorScope scope, IEnumerable<VectorItem> items)
    {
        foreach (var batch in items.Chunk(400))
        {
            await index.UpsertAsync(scope, batch);
        }
    }

    /// <summary>Takes the result of a call that has to complete at once.</summary>
    public static T Completed<T>(ValueTask<T> call) =>
        call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call did not complete at once.");
}
