using Pipeline.Internal;

namespace Pipeline.Vectors;

/// <summary>What the validation of a version found.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record VectorValidation
{
    /// <summary>How many items the version has, of all tenants together.</summary>
    public required long Items { get; init; }

    /// <summary>How many items the live version has.</summary>
    public required long LiveItems { get; init; }

    /// <summary>How many stored vectors were searched for.</summary>
    public required int SampleSize { get; init; }

    /// <summary>Which share of the ten nearest items the ordinary search found, over the sample, 0 to 1; 1 where the version is empty.</summary>
    public required double Recall { get; init; }

    /// <summary>What is wrong, a sentence each, with its figures; empty where the version can go live.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<string> Problems
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Problems));
    } = [];

    /// <summary>Whether the version can go live.</summary>
    public bool IsValid => Problems.Count == 0;
}
