using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>What to look for in a collection.</summary>
/// <remarks>Immutable, hence thread safe, as long as the memory behind <see cref="Vector"/> is left alone.</remarks>
public sealed record VectorQuery
{
    /// <summary>The greatest <see cref="Limit"/>: 1,000.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The vector whose neighbours are sought, of the collection's dimension, all components finite.</summary>
    /// <exception cref="ArgumentException">The value is empty, too long, or holds NaN or infinity.</exception>
    public required ReadOnlyMemory<float> Vector
    {
        get;
        init => field = PropertyValue.Vector(value, VectorCollectionDefinition.MaxDimension, nameof(Vector));
    }

    /// <summary>How many items to find at most, 1 to <see cref="MaxLimit"/>; 10 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Limit
    {
        get;
        init => field = PropertyValue.InRange(value, 1, MaxLimit, nameof(Limit));
    } = 10;

    /// <summary>Which items may be found; <see langword="null"/>, the default, means all of the tenant's.</summary>
    public VectorFilter? Filter { get; init; }

    /// <summary>The least score that an item must have, inclusive; <see langword="null"/>, the default, sets no threshold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public float? MinScore
    {
        get;
        init => field = PropertyValue.Valid(
            value, value is not { } score || float.IsFinite(score), nameof(MinScore), "is NaN or infinite. Give a finite number, or null.");
    }

    /// <summary>Whether the answer holds the items' vectors; by default it does not.</summary>
    public bool IncludeVectors { get; init; }

    /// <summary>Whether to compare with every item that the filter lets through instead of asking an approximate index: slow and complete.</summary>
    public bool Exact { get; init; }
}
