using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Reads a page of items.</summary>
/// <param name="scope">Whose.</param>
/// <param name="filter">Which, as a jsonpath; null for all.</param>
/// <param name="after">The id after which the page begins; null for the first.</param>
internal sealed class ReadVectorsCall(VectorScope scope, string? filter, string? after) : VectorCall<VectorPage>("vector read", scope)
{
    private const int MostItems = 500;
    private const int MostComponents = 400_000;

    public override string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql) =>
        statements.Get("Vectors/read.sql", version, sql, filter is not null);

    public override void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version)
    {
        parameters.Text(after).Int(SizeFor(version));
        if (filter is not null)
        {
            parameters.JsonPath(filter);
        }
    }

    public override async ValueTask<VectorPage> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline)
    {
        var items = new List<VectorItem>();
        if (!await reader.IsDBNullAsync(2, deadline).ConfigureAwait(false))
        {
            do
            {
                items.Add(new VectorItem
                {
                    Id = reader.GetString(2),
                    Vector = reader.GetFieldValue<float[]>(3),
                    Payload = VectorPayloadFormat.Read(reader.GetString(4)),
                });
            }
            while (await reader.ReadAsync(deadline).ConfigureAwait(false));
        }

        return new(version.Version.Version, items, IsLast: items.Count < SizeFor(version));
    }

    private static int SizeFor(KnownVectorVersion version) => Math.Clamp(MostComponents / version.Definition.Dimension, 1, MostItems);
}
