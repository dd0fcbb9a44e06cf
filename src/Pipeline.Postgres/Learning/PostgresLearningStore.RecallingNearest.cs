using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <content>
/// Recall by the index of embeddings. Its order is not that of the scores: so it is believed only where what was found scores at least what all that was not found can score at most.
/// </content>
internal sealed partial class PostgresLearningStore
{
    // How many of the nearest are asked for, and how many where those prove nothing. Of more than the last, which is the most that the index looks for at once, each is compared.
    private static readonly int[] Reaches = [200, 1_000];

    /// <returns>What was recalled; null where each embedding must be compared to know it, or there is no index.</returns>
    private async ValueTask<RecallResult?> RecallNearestAsync(RecallQuery query, LearningEmbedding embedding, int space, CancellationToken cancellationToken)
    {
        var vectors = await _vectors.GetAsync(cancellationToken).ConfigureAwait(false);
        if (!vectors.CanIndex(VectorDistance.Cosine, embedding.Dimension))
        {
            return null;
        }

        var direction = DirectionOf(embedding);
        var capacity = Math.Max(LeastCandidates, query.Limit * CandidatesPerMatch);
        foreach (var reach in Reaches)
        {
            var rows = await FindNearestAsync(query, direction, _statements.RecallNearest(vectors, space, direction.Length, reach), capacity, cancellationToken).ConfigureAwait(false);
            var selection = new RecallSelection(query, rows.Now);
            selection.Take(selection.Rank(rows.Candidates));
            var result = selection.ToResult();
            if (selection.IsComplete ? IsBeyond(result, rows.Bound) : rows.Count < capacity && (rows.Bound is not { } bound || bound < query.MinScore))
            {
                return result;
            }

            if (rows.Bound is null)
            {
                return null;
            }

            capacity *= Growth;
        }

        return null;
    }

    private static bool IsBeyond(RecallResult result, double? bound) => bound is null || (result.Matches.Count > 0 && result.Matches[^1].Score.Total >= bound);

    private ValueTask<RecallRows> FindNearestAsync(RecallQuery query, float[] direction, string sql, int capacity, CancellationToken cancellationToken) => _connection.QueryAsync(
        RecallOperation,
        sql,
        (Query: query, Capacity: capacity, Direction: direction),
        static (parameters, recall) => BindRecall(parameters, recall.Query, recall.Capacity).Reals(recall.Direction).Int(recall.Query.Limit),
        (reader, recall, deadline) => ReadCandidatesAsync(reader, recall.Query, row => Compare(row, recall.Direction), deadline),
        cancellationToken);
}
