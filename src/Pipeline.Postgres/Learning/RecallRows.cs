namespace Pipeline.Learning;

/// <summary>What a recall's statement replied.</summary>
/// <param name="Candidates">The learnings that can be read.</param>
/// <param name="Count">How many rows there were.</param>
/// <param name="Now">The store's time, meaningless where there was no row.</param>
/// <param name="Bound">What no other learning's score exceeds; <see langword="null"/> where each was compared that can score enough.</param>
internal readonly record struct RecallRows(IReadOnlyList<RecallCandidate> Candidates, int Count, DateTimeOffset Now, double? Bound = null);
