namespace Pipeline.Vectors;

/// <summary>A version as a process remembers it. What may have changed since, each statement asks along the way.</summary>
/// <param name="Id">Its number among the versions of all collections, which names its partition.</param>
/// <param name="Version">What it is.</param>
/// <param name="IsIndexed">Whether its vectors have an index.</param>
internal sealed record KnownVectorVersion(int Id, VectorCollectionVersion Version, bool IsIndexed)
{
    public VectorCollectionDefinition Definition => Version.Definition;

    /// <summary>The index of its vectors, whether it is there or not.</summary>
    public PostgresVectorIndexDefinition Index =>
        new($"vector_items_{Id}_hnsw", $"vector_items_{Id}", "vector", Definition.Dimension, Definition.Distance);
}
