using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>What a version of a collection must fulfil before it can go live.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record VectorValidationOptions
{
    /// <summary>The greatest <see cref="SampleSize"/>: 10,000.</summary>
    public const int MaxSampleSize = 10_000;

    /// <summary>
    /// The least number of items, of all tenants together, zero or more; <see langword="null"/>, the default, means as many as the live version has.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long? MinItems
    {
        get;
        init => field = PropertyValue.Valid(value, value is null or >= 0, nameof(MinItems), "is negative. Give zero or more, or null.");
    }

    /// <summary>How many stored vectors are searched for, 1 to <see cref="MaxSampleSize"/>; 100 by default. A smaller version is sampled whole.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int SampleSize
    {
        get;
        init => field = PropertyValue.InRange(value, 1, MaxSampleSize, nameof(SampleSize));
    } = 100;

    /// <summary>
    /// The least share, 0 to 1, of the ten nearest items by exact search that the ordinary search finds as well, over the sample; 0.95 by default.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range, or NaN.</exception>
    public double MinRecall
    {
        get;
        init => field = PropertyValue.InRange(value, 0, 1, nameof(MinRecall));
    } = 0.95;
}
