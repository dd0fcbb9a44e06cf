using System.Numerics.Tensors;

namespace Pipeline.Vectors;

/// <summary>Brings vectors to length one, whatever their length.</summary>
internal static class VectorScale
{
    // Squares of components between these bounds neither overflow nor lose digits to underflow.
    private const float SafelyLong = 1e15f;
    private const float SafelyShort = 1e-15f;

    /// <summary>Writes a vector of the same direction and of length one.</summary>
    /// <param name="vector">The vector, finite and not all zeros.</param>
    /// <param name="destination">Where to, of the same length.</param>
    public static void Normalize(ReadOnlySpan<float> vector, Span<float> destination)
    {
        var length = TensorPrimitives.Norm(vector);
        if (length is > SafelyShort and < SafelyLong)
        {
            TensorPrimitives.Divide(vector, length, destination);
            return;
        }

        var squares = 0d;
        foreach (var component in vector)
        {
            squares += (double)component * component;
        }

        var exactLength = Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
        {
            destination[i] = (float)(vector[i] / exactLength);
        }
    }
}
