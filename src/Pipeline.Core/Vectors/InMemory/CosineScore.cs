using System.Numerics.Tensors;

namespace Pipeline.Vectors;

/// <summary>The cosine of two vectors of length one. Rounding can put their product a trace beyond one.</summary>
internal readonly struct CosineScore : IVectorScore
{
    public static float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> stored) =>
        Math.Clamp(TensorPrimitives.Dot(query, stored), -1f, 1f);
}
