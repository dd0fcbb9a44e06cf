namespace Pipeline.Vectors;

/// <summary>How near two vectors are, as they are stored: greater is nearer, always finite.</summary>
internal interface IVectorScore
{
    static abstract float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> stored);
}
