using System.Text;
using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>A learning that was recalled, and why.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record LearningMatch
{
    private const int BytesPerToken = 3;

    /// <summary>The learning.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required StoredLearning Learning
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Learning));
    }

    /// <summary>Its score, with each factor.</summary>
    public required LearningScore Score { get; init; }

    /// <summary>What the similarity was computed from.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public required RecallBasis Basis
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Basis));
    }

    /// <summary>
    /// The learnings that were left out as near-duplicates of this one, best first; empty by default. Those that score less than the last match may be
    /// missing.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<LearningId> Duplicates
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Duplicates));
    } = [];

    /// <summary>
    /// How many tokens finding and interventions are likely to take in a prompt: a third of their bytes of UTF-8, each text rounded up. It errs on
    /// the high side for most languages and tokenizers.
    /// </summary>
    public int EstimatedTokens => EstimateTokens(Learning.Record.Finding) + Learning.Record.Interventions.Sum(EstimateTokens);

    private static int EstimateTokens(string text) => (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken;
}
