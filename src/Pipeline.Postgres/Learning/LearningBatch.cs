using System.Globalization;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>Learnings that are to be recorded, as the statement takes them: each learning once, and of each its embeddings once a space.</summary>
internal sealed class LearningBatch
{
    private const char NameEnd = '\u001F';
    private const double MicrosecondsPerComponent = 20;

    private readonly LearningRecord[] _records;
    private readonly Guid[] _recordIds;
    private readonly Guid[] _embeddingIds;
    private readonly int[] _spaces;
    private readonly int[] _firsts;
    private readonly int[] _lasts;
    private readonly float[] _components;

    /// <param name="records">Learnings of one tenant.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="spaces">The number of the model and dimension of each embedding.</param>
    public LearningBatch(IReadOnlyList<LearningRecord> records, LearningId[] ids, IReadOnlyDictionary<(string Model, int Dimension), int> spaces)
    {
        var known = new Dictionary<Guid, LearningRecord>(records.Count);
        var embeddings = new Dictionary<(Guid Id, int Space), LearningEmbedding>();
        for (var i = 0; i < ids.Length; i++)
        {
            known.TryAdd(ids[i].Value, records[i]);
            if (records[i].Embedding is { } embedding)
            {
                embeddings.TryAdd((ids[i].Value, spaces[(embedding.Model, embedding.Dimension)]), embedding);
            }
        }

        Tenant = records[0].Tenant;
        _recordIds = [.. known.Keys];
        _records = [.. known.Values];
        _embeddingIds = [.. embeddings.Keys.Select(static key => key.Id)];
        _spaces = [.. embeddings.Keys.Select(static key => key.Space)];
        _firsts = new int[embeddings.Count];
        _lasts = new int[embeddings.Count];
        _components = new float[embeddings.Values.Sum(static embedding => embedding.Dimension)];
        var (next, end) = (0, 0);
        foreach (var embedding in embeddings.Values)
        {
            RecallDirection.Normalize(embedding.Vector.Span, _components.AsSpan(end, embedding.Dimension));
            _firsts[next] = end + 1;
            _lasts[next++] = end += embedding.Dimension;
        }
    }

    public string Tenant { get; }

    /// <summary>How much longer than a call it may take: a vector goes into an index.</summary>
    public TimeSpan Extra => TimeSpan.FromMicroseconds(_components.Length * MicrosecondsPerComponent);

    public void Bind(NpgsqlParameterCollection parameters) => parameters
        .Text(Tenant)
        .Ids(_recordIds)
        .Texts(Array.ConvertAll(_records, static string? (record) => record.RunId))
        .Texts(Array.ConvertAll(_records, static string? (record) => record.Collection))
        .Texts(Array.ConvertAll(_records, static string? (record) => record.Step))
        .Texts(Array.ConvertAll(_records, static record => record.Agent))
        .Shorts(Array.ConvertAll(_records, static record => (short)record.Severity))
        .Texts(Array.ConvertAll(_records, static string? (record) => record.Finding))
        .Texts(Array.ConvertAll(_records, static string? (record) => string.Join(NameEnd, record.Interventions)))
        .Texts(Array.ConvertAll(_records, static string? (record) => LearningAttributesJson.Write(record.Attributes)))
        .Longs(Array.ConvertAll(_records, static record => LearningTime.ToMicroseconds(record.Created)))
        .Longs(Array.ConvertAll(_records, static long? (record) => record.ValidUntil is { } end ? LearningTime.ToMicroseconds(end) : null))
        .Texts(Array.ConvertAll(_records, static string? (record) => WriteWords(record)))
        .Ids(_embeddingIds)
        .Ints(_spaces)
        .Ints(_firsts)
        .Ints(_lasts)
        .Reals(_components);

    private static string WriteWords(LearningRecord record) => string.Join(
        ',', LearningWordKeys.Of(record.Tenant, RecallWords.Of(record.Finding)).Select(static key => key.ToString(CultureInfo.InvariantCulture)));
}
