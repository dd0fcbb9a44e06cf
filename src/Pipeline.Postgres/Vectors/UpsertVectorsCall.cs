using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Stores a batch.</summary>
internal sealed class UpsertVectorsCall(VectorScope scope, IReadOnlyList<VectorItem> items) : VectorCall<bool>("vector upsert", scope)
{
    // What an index takes for a component of a new vector, many times over.
    private const double MicrosecondsPerComponent = 20;

    public override TimeSpan Extra => TimeSpan.FromMicroseconds(items.Count * (double)items[0].Vector.Length * MicrosecondsPerComponent);

    public override void Check(VectorCollectionDefinition definition) => VectorArguments.CheckItems(items, definition);

    public override string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql) => statements.Get("Vectors/upsert.sql", version, sql);

    public override void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version)
    {
        var (dimension, distance) = (version.Definition.Dimension, version.Definition.Distance);
        var ids = new string[items.Count];
        var payloads = new string[items.Count];
        var vectors = new float[items.Count * dimension];
        for (var i = 0; i < items.Count; i++)
        {
            ids[i] = items[i].Id;
            payloads[i] = VectorPayloadFormat.Write(items[i].Payload);
            VectorDirection.Write(items[i].Vector.Span, distance, vectors.AsSpan(i * dimension, dimension));
        }

        parameters.Bool(Scope.Version is null).Texts(ids).Reals(vectors).Texts(payloads);
    }

    public override ValueTask<bool> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline) => new(true);
}
