using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>A version of a collection, as it stands.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record VectorCollectionVersion
{
    /// <summary>What the version holds.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required VectorCollectionDefinition Definition
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Definition));
    }

    /// <summary>Its number, 1 or more. Numbers of a collection rise and are never used twice.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public required int Version
    {
        get;
        init => field = PropertyValue.InRange(value, 1, int.MaxValue, nameof(Version));
    }

    /// <summary>Where it stands in its life.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public required VectorVersionState State
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(State));
    }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTimeOffset Created
    {
        get;
        init => field = PropertyValue.Time(value);
    }
}
