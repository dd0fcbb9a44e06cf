using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Caching;

/// <summary>When a stored answer may serve for a near request, and how long it is kept.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
[Experimental(SemanticCache.DiagnosticId)]
public sealed record SemanticCacheEntryOptions
{
    /// <summary>The default of <see cref="Threshold"/>: 0.95.</summary>
    public const float DefaultThreshold = 0.95f;

    /// <summary>How long an answer may serve: 1 millisecond to 3,650 days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required TimeSpan FreshFor
    {
        get;
        init => field = value >= CacheEntryOptions.MinDuration && value <= CacheEntryOptions.MaxDuration
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "FreshFor is out of range. Give 1 millisecond to 3,650 days.");
    }

    /// <summary>
    /// The least cosine of two requests' embeddings at which the one's answer may serve for the other, above 0 and at most 1; 0.95 by default. Embedding
    /// models differ much in what a cosine means: measure before you lower it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range, or NaN.</exception>
    public float Threshold
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Threshold is out of range. Give a number above 0 and at most 1, for instance 0.95.");
    } = DefaultThreshold;

    /// <summary>
    /// How long a look-up may hold a call, and afterwards the keeping of its answer: 1 millisecond to 1 minute, 1 second by default. What takes longer is a
    /// miss.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan Budget
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(1) && value <= TimeSpan.FromMinutes(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Budget is out of range. Give 1 millisecond to 1 minute.");
    } = TimeSpan.FromSeconds(1);

    /// <summary>Has the last word on what is near enough; <see cref="SemanticDifferenceVerifier"/> by default.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public ISemanticCacheVerifier Verifier
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = SemanticDifferenceVerifier.Default;
}
