namespace Pipeline.Learning;

/// <summary>Takes the matches of a recall from candidates, so that every store of learnings answers alike.</summary>
/// <remarks>
/// <para>
/// For the authors of backends. A backend finds candidates that may be among the best, as many as it likes, with the filter applied. Where the selection is
/// not complete and there may be candidates behind those that were offered, it makes a new selection from more of them.
/// </para>
/// <para>For one recall and one thread at a time.</para>
/// </remarks>
public sealed class RecallSelection
{
    // The cosine of equal vectors can be a trace below one.
    private const double Rounding = 1e-6;

    private readonly List<Taken> _taken = [];
    private readonly RecallQuery _query;
    private readonly DateTimeOffset _now;
    private int _tokensLeft;

    /// <summary>Makes a selection that has taken nothing.</summary>
    /// <param name="query">What is recalled.</param>
    /// <param name="now">The time by which ages are computed, the store's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    public RecallSelection(RecallQuery query, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(query);
        _query = query;
        _now = now;
        _tokensLeft = query.MaxTokens ?? int.MaxValue;
        Basis = BasisOf(query);
    }

    /// <summary>What similarities are computed from.</summary>
    public RecallBasis Basis { get; }

    /// <summary>Whether no further match can be taken.</summary>
    public bool IsComplete => _taken.Count == _query.Limit || _tokensLeft < 1;

    /// <summary>Tells what the similarities of a query's matches are computed from.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The basis: the embedding where there is one, else the text where there is one, else the filter.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    public static RecallBasis BasisOf(RecallQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return (query.Embedding, query.Text) switch
        {
            (not null, _) => RecallBasis.Embedding,
            (null, not null) => RecallBasis.Text,
            _ => RecallBasis.Filter,
        };
    }

    /// <summary>Takes matches, and leaves out near-duplicates of what it took.</summary>
    /// <param name="candidates">
    /// The candidates, the best first (<see cref="Rank"/>), each of them selected by the filter and valid. Read only as far as they are needed.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="candidates"/> is <see langword="null"/>.</exception>
    public void Take(IEnumerable<RecallCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        using var remaining = candidates.GetEnumerator();
        while (!IsComplete && remaining.MoveNext())
        {
            Take(remaining.Current);
        }
    }

    /// <summary>Puts candidates into the order in which they are to be taken: by falling score, equal ones newest first, then by falling id.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <returns>Those that score enough.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="candidates"/> is <see langword="null"/>.</exception>
    public IReadOnlyList<RecallCandidate> Rank(IEnumerable<RecallCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return [.. candidates
            .Select(candidate => (Candidate: candidate, Score: ScoreOf(candidate).Total))
            .Where(ranked => ranked.Score >= _query.MinScore)
            .OrderByDescending(static ranked => ranked.Score)
            .ThenByDescending(static ranked => ranked.Candidate.Learning.Record.Created)
            .ThenByDescending(static ranked => ranked.Candidate.Learning.Id)
            .Select(static ranked => ranked.Candidate)];
    }

    /// <summary>Gives what was taken. Where outcomes have changed since the candidates were ranked, it has the order of those it shows.</summary>
    /// <returns>The result.</returns>
    public RecallResult ToResult()
    {
        var matches = _taken
            .Select(static taken => taken.Match with { Duplicates = taken.Duplicates })
            .Where(match => match.Score.Total >= _query.MinScore)
            .OrderByDescending(static match => match.Score.Total)
            .ThenByDescending(static match => match.Learning.Record.Created)
            .ThenByDescending(static match => match.Learning.Id)
            .ToList();
        return matches.Count == 0 ? RecallResult.Empty : new RecallResult { Matches = matches };
    }

    private void Take(in RecallCandidate candidate)
    {
        var finding = candidate.Direction.IsEmpty && _query.DuplicateSimilarity is not null ? Normalize(candidate.Learning.Record.Finding) : null;
        if (FindOriginal(candidate, finding) is { } original)
        {
            original.Duplicates.Add(candidate.Learning.Id);
            return;
        }

        var match = new LearningMatch { Learning = candidate.Learning, Score = ScoreOf(candidate), Basis = Basis };
        if (_query.MaxTokens is not null)
        {
            var tokens = match.EstimatedTokens;
            if (tokens > _tokensLeft)
            {
                return;
            }

            _tokensLeft -= tokens;
        }

        _taken.Add(new Taken(match, candidate.Direction, finding));
    }

    private Taken? FindOriginal(RecallCandidate candidate, string? finding)
    {
        if (_query.DuplicateSimilarity is not { } threshold)
        {
            return null;
        }

        return candidate.Direction.IsEmpty
            ? _taken.Find(taken => string.Equals(taken.Finding, finding, StringComparison.Ordinal))
            : _taken.Find(taken => RecallDirection.Similarity(candidate.Direction.Span, taken.Direction.Span) >= threshold - Rounding);
    }

    private LearningScore ScoreOf(in RecallCandidate candidate) => LearningScore.Compute(
        candidate.Similarity, candidate.Learning.Outcomes, _now - candidate.Learning.Record.Created, _query.HalfLife);

    private static string Normalize(string finding) =>
        string.Join(' ', finding.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    private sealed class Taken(LearningMatch match, ReadOnlyMemory<float> direction, string? finding)
    {
        public LearningMatch Match => match;

        public ReadOnlyMemory<float> Direction => direction;

        public string? Finding => finding;

        public List<LearningId> Duplicates { get; } = [];
    }
}
