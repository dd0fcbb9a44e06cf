using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Finds the nearest items, by the index where there is one.</summary>
internal sealed class SearchVectorsCall(VectorScope scope, VectorQuery query) : VectorCall<IReadOnlyList<VectorMatch>>("vector search", scope)
{
    /// <summary>The least <c>hnsw.ef_search</c>.</summary>
    public const int LeastBreadth = 100;

    // The greatest that pgvector takes.
    private const int MostBreadth = 1_000;

    // A scan that goes on past a filter comes upon near ones late, and half precision mistakes those that are all but equally near: so it goes on until it has some
    // more than asked for, and these are compared in full. With 10 more, 1 % of 100,000 items had a recall of 0.76 to 0.95, with 30 more 0.98.
    private const int Spare = 30;

    private readonly string? _filter = query.Filter is null ? null : VectorFilterPath.Of(query.Filter);

    public override void Check(VectorCollectionDefinition definition) => VectorArguments.CheckVector(query.Vector, definition, nameof(query));

    public override string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql) =>
        statements.Get(AsksIndex(version) ? "Vectors/search.sql" : "Vectors/search-exact.sql", version, sql, _filter is not null);

    public override void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version)
    {
        parameters.Reals(VectorDirection.Of(query.Vector, version.Definition.Distance)).Int(query.Limit).Double(query.MinScore).Bool(query.IncludeVectors);
        if (AsksIndex(version))
        {
            var candidates = query.Limit + Math.Max(Spare, query.Limit / 2);
            parameters.Int(candidates).Int(Math.Clamp(2 * candidates, LeastBreadth, MostBreadth));
        }

        if (_filter is not null)
        {
            parameters.JsonPath(_filter);
        }
    }

    public override async ValueTask<IReadOnlyList<VectorMatch>> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline)
    {
        if (await reader.IsDBNullAsync(2, deadline).ConfigureAwait(false))
        {
            return [];
        }

        var matches = new List<VectorMatch>();
        do
        {
            matches.Add(new VectorMatch(
                reader.GetString(2),
                Bound(reader.GetDouble(3), version.Definition.Distance),
                VectorPayloadFormat.Read(reader.GetString(4)),
                query.IncludeVectors ? reader.GetFieldValue<float[]>(5) : default(ReadOnlyMemory<float>)));
        }
        while (await reader.ReadAsync(deadline).ConfigureAwait(false));

        return matches;
    }

    // Rounding can put a product of two vectors of length one a trace beyond one; a score is always finite.
    private static float Bound(double score, VectorDistance distance) =>
        distance == VectorDistance.Cosine ? (float)Math.Clamp(score, -1, 1) : (float)Math.Clamp(score, float.MinValue, float.MaxValue);

    private bool AsksIndex(KnownVectorVersion version) => version.IsIndexed && !query.Exact;
}
