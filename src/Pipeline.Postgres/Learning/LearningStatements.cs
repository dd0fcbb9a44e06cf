using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>The statements of learnings, put together from the parts that several have. Thread safe.</summary>
internal sealed class LearningStatements
{
    private const string MatchWords = "AND w.words && $15::bigint[]";

    private readonly PostgresSql _sql;
    private volatile EmbeddingStatement? _byEmbedding;

    public LearningStatements(PostgresSql sql)
    {
        _sql = sql;
        Get = Compose("get");
        Query = Compose("query");
        Outcomes = Compose("outcomes");
        Report = Compose("report");
        Record = Compose("record");
        Forget = Compose("forget");
        ForgetEmbeddings = Compose("forget-embeddings");
        Expire = Compose("expire");
        FindSpace = Compose("find-space");
        RecallByFilter = Compose("recall-filter");
        var byText = Compose("recall-text");
        RecallByWords = byText.Replace("{match}", MatchWords, StringComparison.Ordinal);
        RecallByAnyText = byText.Replace("{match}", "", StringComparison.Ordinal);
    }

    public string Get { get; }

    public string Query { get; }

    public string Outcomes { get; }

    public string Report { get; }

    public string Record { get; }

    public string Forget { get; }

    public string ForgetEmbeddings { get; }

    public string Expire { get; }

    public string FindSpace { get; }

    public string RecallByFilter { get; }

    /// <summary>Of the learnings that hold one of the words.</summary>
    public string RecallByWords { get; }

    /// <summary>Also of those that hold none.</summary>
    public string RecallByAnyText { get; }

    public string RecallByEmbedding(PostgresVectorSql vectors)
    {
        var known = _byEmbedding;
        if (known?.Vectors != vectors)
        {
            var similarity = vectors.Score(VectorDistance.Cosine, "e.vector", "$15::real[]");
            _byEmbedding = known = new EmbeddingStatement(
                vectors, Compose("recall-embedding").Replace("{similarity}", similarity, StringComparison.Ordinal));
        }

        return known.Sql;
    }

    private string Compose(string name) => Read(name)
        .Replace("{columns}", Read("columns"), StringComparison.Ordinal)
        .Replace("{filter}", Read("filter"), StringComparison.Ordinal)
        .Replace("{wall}", Read("wall"), StringComparison.Ordinal)
        .Replace("{valid}", Read("valid"), StringComparison.Ordinal)
        .Replace("{recency}", Read("recency"), StringComparison.Ordinal)
        .Replace("{now}", Read("now"), StringComparison.Ordinal);

    private string Read(string name) => _sql[$"Learning/{name}.sql"].TrimEnd();

    private sealed record EmbeddingStatement(PostgresVectorSql Vectors, string Sql);
}
