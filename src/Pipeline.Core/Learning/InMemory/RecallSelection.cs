using System.Numerics.Tensors;

namespace Pipeline.Learning;

/// <summary>Takes matches from candidates by falling score, as far as limit and token budget allow, and leaves out near-duplicates of what it took.</summary>
internal sealed class RecallSelection(RecallQuery query, RecallBasis basis)
{
    // The cosine of equal vectors can be a trace below one.
    private const double Rounding = 1e-6;

    private readonly List<Taken> _taken = [];
    private int _tokensLeft = query.MaxTokens ?? int.MaxValue;

    /// <summary>Whether no further match could be taken.</summary>
    public bool IsComplete => _taken.Count == query.Limit || _tokensLeft < 1;

    /// <param name="candidates">The candidates, the best first.</param>
    /// <param name="best">Judges them once more, since reports may have come since.</param>
    public IReadOnlyList<LearningMatch> Take(List<RecallCandidate> candidates, BestCandidates best)
    {
        foreach (var candidate in candidates)
        {
            if (IsComplete)
            {
                break;
            }

            if (best.Selects(candidate.Entry))
            {
                Take(candidate, best);
            }
        }

        // Where a report came in between, what was recalled has the outcomes of now, and the order that follows from them.
        return [.. _taken
            .Select(static taken => taken.Match with { Duplicates = taken.Duplicates })
            .Where(match => match.Score.Total >= query.MinScore)
            .OrderByDescending(static match => match.Score.Total)
            .ThenByDescending(static match => match.Learning.Record.Created)
            .ThenByDescending(static match => match.Learning.Id)];
    }

    private void Take(in RecallCandidate candidate, BestCandidates best)
    {
        var finding = candidate.Vectors is null && query.DuplicateSimilarity is not null ? Normalize(candidate.Entry.Record.Finding) : null;
        if (FindOriginal(candidate, finding) is { } original)
        {
            original.Duplicates.Add(candidate.Entry.Id);
            return;
        }

        var stored = candidate.Entry.Stored;
        var match = new LearningMatch { Learning = stored, Score = best.ScoreOf(stored, candidate.Similarity), Basis = basis };
        if (query.MaxTokens is not null)
        {
            var tokens = match.EstimatedTokens;
            if (tokens > _tokensLeft)
            {
                return;
            }

            _tokensLeft -= tokens;
        }

        _taken.Add(new Taken(match, candidate, finding));
    }

    private Taken? FindOriginal(RecallCandidate candidate, string? finding)
    {
        if (query.DuplicateSimilarity is not { } threshold)
        {
            return null;
        }

        return candidate.Vectors is null
            ? _taken.Find(taken => string.Equals(taken.Finding, finding, StringComparison.Ordinal))
            : _taken.Find(taken => Cosine(candidate, taken.Candidate) >= threshold - Rounding);
    }

    private static double Cosine(in RecallCandidate x, in RecallCandidate y) =>
        Math.Clamp(TensorPrimitives.Dot(x.Vectors!.VectorAt(x.Slot), y.Vectors!.VectorAt(y.Slot)), 0f, 1f);

    private static string Normalize(string finding) =>
        string.Join(' ', finding.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    private sealed class Taken(LearningMatch match, RecallCandidate candidate, string? finding)
    {
        public LearningMatch Match => match;

        public RecallCandidate Candidate => candidate;

        public string? Finding => finding;

        public List<LearningId> Duplicates { get; } = [];
    }
}
