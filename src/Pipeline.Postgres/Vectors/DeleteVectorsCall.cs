using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Deletes items: by id, by a filter, or any.</summary>
/// <param name="scope">Whose.</param>
/// <param name="ids">Which, or null.</param>
/// <param name="filter">Which, as a jsonpath, or null.</param>
internal sealed class DeleteVectorsCall(VectorScope scope, string[]? ids, string? filter) : VectorCall<long>("vector delete", scope)
{
    /// <summary>How many items one statement deletes at most, so that it ends in time.</summary>
    public const int MostItems = 10_000;

    public override string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql) =>
        statements.Get("Vectors/delete.sql", version, sql, filter is not null, ids is not null);

    public override void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version)
    {
        parameters.Bool(Scope.Version is null).Texts(ids ?? []).Int(MostItems);
        if (filter is not null)
        {
            parameters.JsonPath(filter);
        }
    }

    public override ValueTask<long> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline) => new(reader.GetInt64(2));
}
