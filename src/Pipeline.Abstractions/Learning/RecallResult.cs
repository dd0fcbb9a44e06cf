using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>What was recalled.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record RecallResult
{
    /// <summary>Nothing useful was found.</summary>
    public static RecallResult Empty { get; } = new();

    /// <summary>The store could not be asked: empty, and <see cref="IsDegraded"/>.</summary>
    public static RecallResult Degraded { get; } = new() { IsDegraded = true };

    /// <summary>The matches, by falling score; empty where nothing useful was found.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<LearningMatch> Matches
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Matches));
    } = [];

    /// <summary>Whether the store could not be asked, or not in time, so that there may be more to recall.</summary>
    public bool IsDegraded { get; init; }
}
