using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Checks whether a version can go live.</summary>
internal sealed class VectorVersionValidation(PostgresConnection connection, IVectorIndex index)
{
    private const int Nearest = 10;

    // Items that are equally near may stand for each other: the two searches add in another order.
    private const float Tolerance = 1e-5f;

    // The whole of the version is counted and numbered.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async ValueTask<VectorValidation> RunAsync(
        KnownVectorVersion version, KnownVectorVersion live, VectorValidationOptions options, CancellationToken cancellationToken)
    {
        var sample = await SampleAsync(version.Id, live.Id, options.SampleSize, cancellationToken).ConfigureAwait(false);
        var recall = await MeasureRecallAsync(version.Version, sample.Vectors, cancellationToken).ConfigureAwait(false);
        var validation = VectorValidation.Judge(options, sample.Items, sample.LiveItems, sample.Vectors.Count, recall);
        await NoteAsync(version, validation.IsValid, cancellationToken).ConfigureAwait(false);
        return validation;
    }

    private ValueTask<VectorSample> SampleAsync(int version, int live, int size, CancellationToken cancellationToken) => connection.CallAsync(
        "vector sample",
        Patience,
        (Sql: connection.Sql["Vectors/sample.sql"], Version: version, Live: live, Size: size),
        static async (database, call, deadline) =>
        {
            var command = PostgresConnection.Command(database, call.Sql);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.Int(call.Version).Int(call.Live).Int(call.Size);
                var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await ReadAsync(reader, deadline).ConfigureAwait(false);
                }
            }
        },
        cancellationToken);

    private static async ValueTask<VectorSample> ReadAsync(NpgsqlDataReader reader, CancellationToken deadline)
    {
        var vectors = new List<(string, float[])>();
        var (items, live) = (0L, 0L);
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            (items, live) = (reader.GetInt64(0), reader.GetInt64(1));
            if (!await reader.IsDBNullAsync(2, deadline).ConfigureAwait(false))
            {
                vectors.Add((reader.GetString(2), reader.GetFieldValue<float[]>(3)));
            }
        }

        return new(items, live, vectors);
    }

    /// <summary>Searches for stored vectors by the ordinary and by the exact search.</summary>
    private async ValueTask<double> MeasureRecallAsync(
        VectorCollectionVersion version, IReadOnlyList<(string Tenant, float[] Vector)> sample, CancellationToken cancellationToken)
    {
        var (found, expected) = (0, 0);
        foreach (var (tenant, vector) in sample)
        {
            var scope = new VectorScope(version.Definition.Name, tenant, version.Version);
            var query = new VectorQuery { Vector = vector, Limit = Nearest };
            var exact = await index.SearchAsync(scope, query with { Exact = true }, cancellationToken).ConfigureAwait(false);
            var ordinary = await index.SearchAsync(scope, query, cancellationToken).ConfigureAwait(false);
            if (exact.Count > 0)
            {
                var floor = exact[^1].Score;
                expected += exact.Count;
                found += Math.Min(exact.Count, ordinary.Count(match => match.Score >= floor - (Tolerance * Math.Max(1, Math.Abs(floor)))));
            }
        }

        return expected == 0 ? 1 : (double)found / expected;
    }

    private async ValueTask NoteAsync(KnownVectorVersion version, bool isValid, CancellationToken cancellationToken)
    {
        var isThere = await connection.QueryAsync(
            "vector note validation",
            connection.Sql["Vectors/note-validation.sql"],
            (version.Id, State: (int)(isValid ? VectorVersionState.Validated : VectorVersionState.Building)),
            static (parameters, call) => parameters.Int(call.Id).Int(call.State),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (!isThere)
        {
            throw VectorCollectionException.NoVersion(version.Definition.Name, version.Version.Version);
        }
    }
}
