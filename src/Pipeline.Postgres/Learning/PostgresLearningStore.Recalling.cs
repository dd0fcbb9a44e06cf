using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <content>Recall: the server ranks, the process scores what came first once more, and selects, as every store does.</content>
internal sealed partial class PostgresLearningStore
{
    private const string RecallOperation = "learning recall";
    private const int LeastCandidates = 64;
    private const int CandidatesPerMatch = 4;
    private const int Growth = 8;

    // The server adds up the components of vectors in single precision.
    private const double Rounding = 1e-5;

    private const int NowColumn = LearningReader.Columns;
    private const int BasisColumn = LearningReader.Columns + 1;
    private const int BoundColumn = LearningReader.Columns + 2;

    public async ValueTask<RecallResult> RecallAsync(RecallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await RecallOrThrowAsync(query, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
        {
            Log.PostgresRecallDegraded(_logger, _connection.Backend, exception.Message);
            return RecallResult.Degraded;
        }
    }

    private async ValueTask<RecallResult> RecallOrThrowAsync(RecallQuery query, CancellationToken cancellationToken)
    {
        if (query.Embedding is { } embedding)
        {
            var space = await _spaces.FindKnownAsync(embedding, cancellationToken).ConfigureAwait(false);
            if (space == LearningSpaces.None)
            {
                return RecallResult.Empty;
            }

            if (await RecallNearestAsync(query, embedding, space, cancellationToken).ConfigureAwait(false) is { } nearest)
            {
                return nearest;
            }
        }

        // As a rule a few candidates are enough. Where near-duplicates or large findings use them up, more are asked for.
        for (var capacity = Math.Max(LeastCandidates, query.Limit * CandidatesPerMatch); ; capacity *= Growth)
        {
            var rows = await FindCandidatesAsync(query, capacity, cancellationToken).ConfigureAwait(false);
            var selection = new RecallSelection(query, rows.Now);
            selection.Take(selection.Rank(rows.Candidates));
            if (selection.IsComplete || rows.Count < capacity)
            {
                return selection.ToResult();
            }
        }
    }

    private ValueTask<RecallRows> FindCandidatesAsync(RecallQuery query, int capacity, CancellationToken cancellationToken) => query switch
    {
        { Embedding: { } embedding } => FindByEmbeddingAsync(query, embedding, capacity, cancellationToken),
        { Text: { } text } => FindByWordsAsync(query, RecallWords.Of(text), capacity, cancellationToken),
        _ => _connection.QueryAsync(
            RecallOperation,
            _statements.RecallByFilter,
            (Query: query, Capacity: capacity),
            static (parameters, recall) => BindRecall(parameters, recall.Query, recall.Capacity),
            (reader, recall, deadline) => ReadCandidatesAsync(reader, recall.Query, static _ => (1, default), deadline),
            cancellationToken),
    };

    private ValueTask<RecallRows> FindByWordsAsync(RecallQuery query, IReadOnlySet<string> words, int capacity, CancellationToken cancellationToken)
    {
        // What holds no word scores nothing, and is worth a look through all only to one who asked for that.
        var isZeroIncluded = query.MinScore <= 0;
        if (words.Count == 0 && !isZeroIncluded)
        {
            return new(new RecallRows([], Count: 0, Now: default));
        }

        return _connection.QueryAsync(
            RecallOperation,
            isZeroIncluded ? _statements.RecallByAnyText : _statements.RecallByWords,
            (Query: query, Capacity: capacity, Keys: LearningWordKeys.Of(query.Filter.Tenant, words)),
            static (parameters, recall) => BindRecall(parameters, recall.Query, recall.Capacity).Longs(recall.Keys).Int(Math.Max(1, recall.Keys.Length)),
            (reader, recall, deadline) => ReadCandidatesAsync(
                reader, recall.Query, row => (RecallWords.Similarity(row.GetInt32(BasisColumn), recall.Keys.Length), default), deadline),
            cancellationToken);
    }

    private async ValueTask<RecallRows> FindByEmbeddingAsync(
        RecallQuery query, LearningEmbedding embedding, int capacity, CancellationToken cancellationToken)
    {
        var vectors = await _vectors.GetAsync(cancellationToken).ConfigureAwait(false);
        return await _connection.QueryAsync(
            RecallOperation,
            _statements.RecallByEmbedding(vectors),
            (Query: query, Capacity: capacity, embedding.Model, Direction: DirectionOf(embedding)),
            static (parameters, recall) => BindRecall(parameters, recall.Query, recall.Capacity)
                .Reals(recall.Direction).Text(recall.Model).Int(recall.Direction.Length),
            (reader, recall, deadline) => ReadCandidatesAsync(reader, recall.Query, row => Compare(row, recall.Direction), deadline),
            cancellationToken).ConfigureAwait(false);
    }

    private static (double Similarity, ReadOnlyMemory<float> Direction) Compare(NpgsqlDataReader row, float[] direction)
    {
        var vector = row.GetFieldValue<float[]>(BasisColumn);
        return (RecallDirection.Similarity(direction, vector), vector);
    }

    private static float[] DirectionOf(LearningEmbedding embedding)
    {
        var direction = new float[embedding.Dimension];
        RecallDirection.Normalize(embedding.Vector.Span, direction);
        return direction;
    }

    private static NpgsqlParameterCollection BindRecall(NpgsqlParameterCollection parameters, RecallQuery query, int capacity) => parameters
        .Filter(query.Filter)
        .Double(query.HalfLife is { } half ? (double)half.Ticks / TimeSpan.TicksPerMicrosecond : null)
        .Double(query.MinScore - Rounding)
        .Int(capacity);

    private async ValueTask<RecallRows> ReadCandidatesAsync(
        NpgsqlDataReader reader,
        RecallQuery query,
        Func<NpgsqlDataReader, (double Similarity, ReadOnlyMemory<float> Direction)> compare,
        CancellationToken deadline)
    {
        var candidates = new List<RecallCandidate>();
        var (count, unreadable, now) = (0, 0, 0L);
        double? bound = null;
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            now = reader.GetInt64(NowColumn);
            bound = reader.FieldCount > BoundColumn && !reader.IsDBNull(BoundColumn) ? reader.GetDouble(BoundColumn) + Rounding : null;
            if (reader.IsDBNull(0))
            {
                // It tells the bound, and that there is no candidate.
                continue;
            }

            count++;
            if (LearningReader.Read(reader, query.Filter.Tenant).Learning is not { } learning)
            {
                unreadable++;
                continue;
            }

            var (similarity, direction) = compare(reader);
            candidates.Add(new RecallCandidate(learning, similarity, direction));
        }

        if (unreadable > 0)
        {
            Log.PostgresLearningUnreadable(_logger, _connection.Backend, RecallOperation, unreadable);
        }

        return new(candidates, count, LearningTime.FromMicroseconds(now), bound);
    }
}
