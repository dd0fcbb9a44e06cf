namespace Pipeline.Learning;

/// <summary>Why a learning was recalled: the factors of its score, each 0 to 1.</summary>
/// <remarks>Immutable, hence thread safe. Made by <see cref="Compute"/>, so that all backends agree.</remarks>
public readonly record struct LearningScore
{
    private LearningScore(double similarity, double success, double recency)
    {
        Similarity = similarity;
        Success = success;
        Recency = recency;
    }

    /// <summary>How near the learning is to the query.</summary>
    public double Similarity { get; }

    /// <summary>How much the reported outcomes speak for it: <see cref="OutcomeCounts.SuccessFactor"/>.</summary>
    public double Success { get; }

    /// <summary>How new it is: 1 for one of this moment, halved with each half-life.</summary>
    public double Recency { get; }

    /// <summary>The score: similarity × success × recency.</summary>
    public double Total => Similarity * Success * Recency;

    /// <summary>Computes a score.</summary>
    /// <param name="similarity">The similarity. What is out of 0 to 1, as a negative cosine is, counts as the nearer bound.</param>
    /// <param name="outcomes">The reported outcomes.</param>
    /// <param name="age">The learning's age. A negative one, by clocks that disagree, counts as zero.</param>
    /// <param name="halfLife">After which age the learning counts half, positive; <see langword="null"/> for learnings that do not age.</param>
    /// <returns>The score.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="similarity"/> is NaN, or <paramref name="halfLife"/> is not positive.</exception>
    public static LearningScore Compute(double similarity, OutcomeCounts outcomes, TimeSpan age, TimeSpan? halfLife)
    {
        if (double.IsNaN(similarity))
        {
            throw new ArgumentOutOfRangeException(nameof(similarity), "The similarity is NaN. Give a number.");
        }

        var recency = 1.0;
        if (halfLife is { } half)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(half, TimeSpan.Zero, nameof(halfLife));
            recency = age <= TimeSpan.Zero ? 1 : Math.Pow(0.5, age / half);
        }

        return new LearningScore(Math.Clamp(similarity, 0, 1), outcomes.SuccessFactor, recency);
    }
}
