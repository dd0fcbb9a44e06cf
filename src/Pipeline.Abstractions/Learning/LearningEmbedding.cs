using Pipeline.Backends;
using Pipeline.Internal;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>The embedding of a text, with the model that made it.</summary>
/// <remarks>
/// Embeddings are compared only where model and dimension are both equal. Immutable, hence thread safe, as long as the memory behind
/// <see cref="Vector"/> is left alone.
/// </remarks>
public sealed record LearningEmbedding
{
    /// <summary>Makes an embedding.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="vector">1 to 16,000 finite components, not all zero. The memory is not copied.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="model"/> is not a name (<see cref="StoredName"/>), or <paramref name="vector"/> is empty, too long, all zeros, or holds NaN or
    /// infinity.
    /// </exception>
    public LearningEmbedding(string model, ReadOnlyMemory<float> vector)
    {
        StoredName.ThrowIfInvalid(model);
        PropertyValue.Vector(vector, VectorCollectionDefinition.MaxDimension, nameof(vector));
        if (!vector.Span.ContainsAnyExcept(0f))
        {
            throw new ArgumentException("The vector is all zeros, so it has no direction. Leave the embedding out.", nameof(vector));
        }

        Model = model;
        Vector = vector;
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The vector. Compared by cosine, so its length does not matter.</summary>
    public ReadOnlyMemory<float> Vector { get; }

    /// <summary>How many components the vector has.</summary>
    public int Dimension => Vector.Length;
}
