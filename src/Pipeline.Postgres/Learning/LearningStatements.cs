using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>The statements of learnings, put together from the parts that several have. Thread safe.</summary>
internal sealed class LearningStatements
{
    private const string MatchWords = "AND w.words && $15::bigint[]";

    private readonly PostgresSql _sql;
    private readonly ConcurrentDictionary<NearestStatement, string> _nearest = new();
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
        KnownSpace = Compose("known-space");
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

    public string KnownSpace { get; }

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

    /// <summary>By the index of one model and dimension, whose number the text holds: only so the planner sees its index.</summary>
    /// <param name="vectors">What the database can do with vectors.</param>
    /// <param name="space">The number of the model and dimension.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="most">How many of the nearest the index is asked for, up to 1,000.</param>
    public string RecallNearest(PostgresVectorSql vectors, int space, int dimension, int most) => _nearest.GetOrAdd(
        new NearestStatement(vectors, space, most),
        static (key, made) => made.Statements.Compose("recall-nearest")
            .Replace("{space}", key.Space.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{most}", key.Most.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{order}", key.Vectors.IndexOrder(VectorDistance.Cosine, made.Dimension, "e.vector", "$15::real[]"), StringComparison.Ordinal)
            .Replace("{similarity}", key.Vectors.Score(VectorDistance.Cosine, "e.vector", "$15::real[]"), StringComparison.Ordinal),
        (Statements: this, Dimension: dimension));

    private string Compose(string name) => Read(name)
        .Replace("{columns}", Read("columns"), StringComparison.Ordinal)
        .Replace("{filter}", Read("filter"), StringComparison.Ordinal)
        .Replace("{wall}", Read("wall"), StringComparison.Ordinal)
        .Replace("{valid}", Read("valid"), StringComparison.Ordinal)
        .Replace("{recency}", Read("recency"), StringComparison.Ordinal)
        .Replace("{now}", Read("now"), StringComparison.Ordinal);

    private string Read(string name) => _sql[$"Learning/{name}.sql"].TrimEnd();

    private sealed record EmbeddingStatement(PostgresVectorSql Vectors, string Sql);

    private sealed record NearestStatement(PostgresVectorSql Vectors, int Space, int Most);
}
