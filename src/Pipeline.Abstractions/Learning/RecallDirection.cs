using System.Numerics;

namespace Pipeline.Learning;

/// <summary>Compares embeddings by their directions, so that every store of learnings computes the same similarity.</summary>
/// <remarks>For the authors of backends. Thread safe.</remarks>
public static class RecallDirection
{
    /// <summary>Brings a vector to length one, whatever its length.</summary>
    /// <param name="vector">The vector, finite and not all zeros (<see cref="LearningEmbedding.Vector"/>).</param>
    /// <param name="destination">Where the direction is written to, of the same length.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is of another length.</exception>
    public static void Normalize(ReadOnlySpan<float> vector, Span<float> destination)
    {
        if (destination.Length != vector.Length)
        {
            throw new ArgumentException($"The destination has {destination.Length} components. Give one of {vector.Length}.", nameof(destination));
        }

        // In double precision the squares of no float overflow or vanish.
        var squares = 0d;
        foreach (var component in vector)
        {
            squares += (double)component * component;
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
        {
            destination[i] = (float)(vector[i] / length);
        }
    }

    /// <summary>Computes the similarity by embedding: the cosine, negative ones being 0.</summary>
    /// <param name="x">The one direction, of length one.</param>
    /// <param name="y">The other direction, of length one.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">They are of different dimensions.</exception>
    public static double Similarity(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"The directions have {x.Length} and {y.Length} components. Compare those of one dimension.", nameof(y));
        }

        var sums = Vector<float>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sums += new Vector<float>(x[i..]) * new Vector<float>(y[i..]);
        }

        var dot = Vector.Sum(sums);
        for (; i < x.Length; i++)
        {
            dot += x[i] * y[i];
        }

        return Math.Clamp(dot, 0f, 1f);
    }
}
