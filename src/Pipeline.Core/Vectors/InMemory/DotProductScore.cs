using System.Numerics.Tensors;

namespace Pipeline.Vectors;

/// <summary>The dot product. Where single precision overflows it is computed in double, and what still lies beyond is the greatest number.</summary>
internal readonly struct DotProductScore : IVectorScore
{
    public static float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> stored)
    {
        var score = TensorPrimitives.Dot(query, stored);
        return float.IsFinite(score) ? score : InDouble(query, stored);
    }

    private static float InDouble(ReadOnlySpan<float> query, ReadOnlySpan<float> stored)
    {
        var sum = 0d;
        for (var i = 0; i < query.Length; i++)
        {
            sum += (double)query[i] * stored[i];
        }

        return (float)Math.Clamp(sum, float.MinValue, float.MaxValue);
    }
}
