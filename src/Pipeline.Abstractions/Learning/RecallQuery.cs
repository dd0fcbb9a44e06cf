using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>What to recall.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record RecallQuery
{
    /// <summary>The greatest <see cref="Limit"/>: 100.</summary>
    public const int MaxLimit = 100;

    /// <summary>Which learnings may be recalled; names the tenant.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required LearningFilter Filter
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Filter));
    }

    /// <summary>
    /// What is at hand, in words, to be compared with the findings; <see langword="null"/>, the default, compares nothing. At most
    /// <see cref="LearningRecord.MaxFindingLength"/> characters.
    /// </summary>
    /// <exception cref="ArgumentException">The value is blank, too long, or holds U+0000 or half a surrogate pair.</exception>
    public string? Text
    {
        get;
        init => field = value is null ? null : PropertyValue.NonBlankText(value, LearningRecord.MaxFindingLength, nameof(Text));
    }

    /// <summary>
    /// The embedding of what is at hand; <see langword="null"/>, the default, compares by <see cref="Text"/>. Where it is set, the text is not looked
    /// at, and only learnings that have an embedding of the same model and dimension can be found.
    /// </summary>
    public LearningEmbedding? Embedding { get; init; }

    /// <summary>How many learnings to recall at most, 1 to <see cref="MaxLimit"/>; 5 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Limit
    {
        get;
        init => field = PropertyValue.InRange(value, 1, MaxLimit, nameof(Limit));
    } = 5;

    /// <summary>
    /// The least score, 0 to 1, inclusive; 0.1 by default, which leaves out what is far from the query, long past, or has been judged and never helped.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range, or NaN.</exception>
    public double MinScore
    {
        get;
        init => field = PropertyValue.InRange(value, 0, 1, nameof(MinScore));
    } = 0.1;

    /// <summary>After which age a learning counts half, positive; 90 days by default. <see langword="null"/> for learnings that do not age.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan? HalfLife
    {
        get;
        init => field = PropertyValue.Valid(
            value, value is null || value > TimeSpan.Zero, nameof(HalfLife), "is not positive. Give a time above zero, or null.");
    } = TimeSpan.FromDays(90);

    /// <summary>
    /// How similar, 0 to 1, two findings must be for the one with the lower score to be left out as a duplicate; 0.95 by default,
    /// <see langword="null"/> to leave none out. Compared by the cosine of their embeddings, where the query has one; else only findings that are
    /// equal but for case and white space are duplicates.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range, or NaN.</exception>
    public double? DuplicateSimilarity
    {
        get;
        init => field = value is { } similarity ? PropertyValue.InRange(similarity, 0, 1, nameof(DuplicateSimilarity)) : null;
    } = 0.95;

    /// <summary>
    /// The most that all matches together may hold, in estimated tokens (<see cref="LearningMatch.EstimatedTokens"/>), 1 or more;
    /// <see langword="null"/>, the default, sets no bound. Matches are taken by score; one that does not fit any more is passed over for the next
    /// that does.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? MaxTokens
    {
        get;
        init => field = PropertyValue.Valid(value, value is null or >= 1, nameof(MaxTokens), "is below 1. Give 1 or more, or null.");
    }

    /// <summary>Names the tenant only: a text can hold what is private.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"Recall of tenant {Filter.Tenant}, at most {Limit}";
}
