namespace Pipeline.Learning;

/// <summary>A tenant's embeddings of one model and dimension, each with the place of its learning among the tenant's, as a snapshot holds them.</summary>
internal sealed record EmbeddingContents(string Model, int Dimension, IReadOnlyList<(int Learning, ReadOnlyMemory<float> Vector)> Vectors);
