using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Counts items.</summary>
internal sealed class CountVectorsCall(VectorScope scope, VectorFilter? filter) : VectorCall<long>("vector count", scope)
{
    public override string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql) =>
        statements.Get("Vectors/count.sql", version, sql, filter is not null);

    public override void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version)
    {
        if (filter is not null)
        {
            parameters.JsonPath(VectorFilterPath.Of(filter));
        }
    }

    public override ValueTask<long> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline) => new(reader.GetInt64(2));
}
