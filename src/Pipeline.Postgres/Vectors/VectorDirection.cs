using Pipeline.Learning;

namespace Pipeline.Vectors;

/// <summary>How vectors are written: by cosine at length one, whatever their length, so that the product of two is their cosine.</summary>
internal static class VectorDirection
{
    /// <summary>Writes a vector as its distance stores it.</summary>
    /// <param name="vector">The vector, finite and, by cosine, not all zeros.</param>
    /// <param name="distance">The distance.</param>
    /// <param name="destination">Where to, of the same length.</param>
    public static void Write(ReadOnlySpan<float> vector, VectorDistance distance, Span<float> destination)
    {
        if (distance == VectorDistance.Cosine)
        {
            RecallDirection.Normalize(vector, destination);
        }
        else
        {
            vector.CopyTo(destination);
        }
    }

    public static float[] Of(ReadOnlyMemory<float> vector, VectorDistance distance)
    {
        var written = new float[vector.Length];
        Write(vector.Span, distance, written);
        return written;
    }
}
