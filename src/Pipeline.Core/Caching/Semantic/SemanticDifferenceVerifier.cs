using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Caching;

/// <summary>
/// Vetoes a stored answer unless the two requests say the same: equal numbers, negations, names, dates, units and currencies, and the same words in the same
/// order, but for grammar, courtesy, inflection and a few synonyms.
/// </summary>
/// <remarks>
/// <para>Compares words, without a model and in microseconds. Words are English; of other languages it knows the commonest negations, and numbers, names, signs
/// and order anyway. It would rather veto a paraphrase than let a false hit through: what it lets through and what not is measured in
/// <c>docs/semantic-cache.md</c>.</para>
/// <para>What it does not see: irony, and whatever takes knowledge of the world. Where a false answer does harm, put a verifier of your own behind it; where
/// none does, one in its place that lets more through.</para>
/// <para>The reasons of its vetoes are <c>numbers</c>, <c>negation</c>, <c>names</c>, <c>dates</c>, <c>units</c>, <c>quantities</c>, <c>signs</c>,
/// <c>questions</c>, <c>opposites</c>, <c>order</c> and <c>words</c>. Immutable, hence thread safe.</para>
/// </remarks>
[Experimental(SemanticCache.DiagnosticId)]
public sealed class SemanticDifferenceVerifier : ISemanticCacheVerifier
{
    /// <summary>An instance for all.</summary>
    public static SemanticDifferenceVerifier Default { get; } = new();

    /// <summary>Judges two requests.</summary>
    /// <param name="storedText">The text of the stored request.</param>
    /// <param name="text">The text of the request at hand.</param>
    /// <returns>Whether the stored answer may serve.</returns>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The verifier\'s act, on an instance as its interface has it.")]
    public SemanticCacheVerdict Verify(string storedText, string text)
    {
        ArgumentNullException.ThrowIfNull(storedText);
        ArgumentNullException.ThrowIfNull(text);
        if (string.Equals(storedText, text, StringComparison.Ordinal))
        {
            return SemanticCacheVerdict.Accept;
        }

        return MeaningComparison.FindDifference(TextMeaning.Of(storedText), TextMeaning.Of(text)) is { } difference
            ? SemanticCacheVerdict.Veto(difference)
            : SemanticCacheVerdict.Accept;
    }

    /// <inheritdoc/>
    public ValueTask<SemanticCacheVerdict> VerifyAsync(SemanticCacheCandidate candidate, CancellationToken cancellationToken = default) =>
        new(Verify(candidate.StoredText, candidate.Text));
}
