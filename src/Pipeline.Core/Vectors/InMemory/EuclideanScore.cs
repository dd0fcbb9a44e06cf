using System.Numerics.Tensors;

namespace Pipeline.Vectors;

/// <summary>Minus the Euclidean distance. Where single precision overflows it is computed in double.</summary>
internal readonly struct EuclideanScore : IVectorScore
{
    public static float Of(ReadOnlySpan<float> query, ReadOnlySpan<float> stored)
    {
        var distance = TensorPrimitives.Distance(query, stored);
        return 0f - (float.IsFinite(distance) ? distance : InDouble(query, stored));
    }

    private static float InDouble(ReadOnlySpan<float> query, ReadOnlySpan<float> stored)
    {
        var squares = 0d;
        for (var i = 0; i < query.Length; i++)
        {
            var difference = (double)query[i] - stored[i];
            squares += difference * difference;
        }

        return (float)Math.Min(Math.Sqrt(squares), float.MaxValue);
    }
}
