using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Finds the nearest items, by the index where there is one.</summary>
internal sealed class SearchVectorsCall(VectorScope scope, VectorQuery query) : VectorCall<IReadOnlyList<VectorMatch>>("vector search", scope)
{
    // The greatest that pgvector takes.
    private const int MostBreadth = 1_000;

    // Where a filter or other tenants take up most of what the scan meets, it comes upon near ones late: so it goes on until it has many more than asked for, and these
    // are compared in full. Of 100,000 items, with a filter that keeps 5 %, 30 more gave a recall of 0.91.
    private const int Spare = 150;

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
            parameters.Int(candidates).Int(Math.Min(candidates, MostBreadth));
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
