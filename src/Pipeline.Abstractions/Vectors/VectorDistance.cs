namespace Pipeline.Vectors;

/// <summary>How the nearness of two vectors is measured. Fixed when a collection's version is made.</summary>
/// <remarks>In every case a greater <see cref="VectorMatch.Score"/> means nearer. The numbers are stored: they never change.</remarks>
public enum VectorDistance
{
    /// <summary>The score is the cosine of the angle between them, -1 to 1. A vector of zeros has no direction and is refused.</summary>
    Cosine = 0,

    /// <summary>The score is the dot product, any finite number. Suits embeddings whose length carries meaning.</summary>
    DotProduct = 1,

    /// <summary>The score is minus the Euclidean distance, zero or less.</summary>
    Euclidean = 2,
}
