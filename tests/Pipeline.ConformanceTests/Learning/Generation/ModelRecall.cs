using Pipeline.Learning;

namespace Pipeline.Conformance.Learning.Generation;

/// <summary>What a recall has to answer, and whether scores lie so close together that several answers are right.</summary>
/// <param name="query">The query. Its text is one word.</param>
/// <param name="now">The server's time.</param>
/// <param name="tolerance">How far scores may be from what they should be.</param>
internal sealed class ModelRecall(RecallQuery query, DateTimeOffset now, double tolerance)
{
    // Two scores this close are the same number, computed by the same steps.
    private const double Same = 1e-12;

    /// <summary>Whether the answer hangs by less than the tolerance.</summary>
    public bool IsAmbiguous { get; private set; }

    public Dictionary<LearningId, double> Scores { get; } = [];

    public List<(LearningId Id, List<LearningId> Duplicates)> Take(IEnumerable<ModelLearning> selected)
    {
        var candidates = selected.Where(IsComparable).Select(learning => (Learning: learning, Score: ScoreOf(learning))).ToList();
        foreach (var (learning, score) in candidates)
        {
            Scores.Add(learning.Id, score);
            IsAmbiguous |= Hangs(score, query.MinScore);
        }

        // The sort is stable: equal scores stay newest first.
        var ranked = candidates.Where(candidate => candidate.Score >= query.MinScore).OrderByDescending(candidate => candidate.Score).ToList();
        IsAmbiguous |= ranked.Zip(ranked.Skip(1)).Any(pair => Hangs(pair.First.Score, pair.Second.Score));
        return TakeRanked([.. ranked.Select(candidate => candidate.Learning)]);
    }

    private static double Cosine(LearningEmbedding x, LearningEmbedding y)
    {
        double dot = 0, squareX = 0, squareY = 0;
        for (var i = 0; i < x.Dimension; i++)
        {
            var (a, b) = ((double)x.Vector.Span[i], (double)y.Vector.Span[i]);
            (dot, squareX, squareY) = (dot + (a * b), squareX + (a * a), squareY + (b * b));
        }

        return Math.Clamp(dot / Math.Sqrt(squareX * squareY), 0, 1);
    }

    private static string Normalize(string finding) =>
        string.Join(' ', finding.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    private List<(LearningId Id, List<LearningId> Duplicates)> TakeRanked(List<ModelLearning> ranked)
    {
        var taken = new List<(ModelLearning Learning, List<LearningId> Duplicates)>();
        var tokens = query.MaxTokens ?? int.MaxValue;
        foreach (var learning in ranked)
        {
            if (taken.Count == query.Limit)
            {
                break;
            }

            var original = taken.Find(other => IsDuplicate(learning, other.Learning));
            var size = TokensOf(learning.Record);
            if (original.Learning is not null)
            {
                original.Duplicates.Add(learning.Id);
            }
            else if (size <= tokens)
            {
                tokens -= size;
                taken.Add((learning, []));
            }
        }

        return taken.ConvertAll(one => (one.Learning.Id, one.Duplicates));
    }

    private bool IsComparable(ModelLearning learning) => query.Embedding is null || learning.EmbeddingLike(query.Embedding) is not null;

    private double ScoreOf(ModelLearning learning)
    {
        var similarity = (query.Embedding, query.Text) switch
        {
            ({ } embedding, _) => Cosine(embedding, learning.EmbeddingLike(embedding)!),
            (null, { } word) => learning.Record.Finding.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(word, StringComparer.OrdinalIgnoreCase) ? 1 : 0,
            _ => 1,
        };
        return LearningScore.Compute(similarity, learning.Counts, now - learning.Record.Created, query.HalfLife).Total;
    }

    private bool IsDuplicate(ModelLearning learning, ModelLearning better)
    {
        if (query.DuplicateSimilarity is not { } threshold)
        {
            return false;
        }

        if (query.Embedding is null)
        {
            return Normalize(learning.Record.Finding) == Normalize(better.Record.Finding);
        }

        var cosine = Cosine(learning.EmbeddingLike(query.Embedding)!, better.EmbeddingLike(query.Embedding)!);
        IsAmbiguous |= Hangs(cosine, threshold);
        return cosine >= threshold;
    }

    private static int TokensOf(LearningRecord record) =>
        record.Interventions.Append(record.Finding).Sum(text => (System.Text.Encoding.UTF8.GetByteCount(text) + 2) / 3);

    private bool Hangs(double x, double y) => Math.Abs(x - y) is > Same and var distance && distance <= 2 * tolerance;
}
