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

    /// <summary>Judges what was counted and measured. For backends.</summary>
    /// <param name="options">What the version must fulfil.</param>
    /// <param name="items">How many items the version has.</param>
    /// <param name="liveItems">How many items the live version has.</param>
    /// <param name="sampleSize">How many stored vectors were searched for.</param>
    /// <param name="recall">Which share of the nearest items the ordinary search found; 1 where nothing was searched for.</param>
    /// <returns>The figures, and what is wrong with them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    public static VectorValidation Judge(VectorValidationOptions options, long items, long liveItems, int sampleSize, double recall)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new List<string>();
        if (items < (options.MinItems ?? liveItems))
        {
            problems.Add(FormattableString.Invariant($"The version has {items} items, and {options.MinItems ?? liveItems} are required."));
        }

        if (recall < options.MinRecall)
        {
            problems.Add(FormattableString.Invariant($"The ordinary search found {recall:P1} of the nearest items, and {options.MinRecall:P1} are required."));
        }

        return new VectorValidation { Items = items, LiveItems = liveItems, SampleSize = sampleSize, Recall = recall, Problems = problems };
    }
}
