using Npgsql;

namespace Pipeline.Vectors;

/// <summary>Reads the columns of the listing.</summary>
internal static class VectorVersionReader
{
    private const int MicrosecondsPerTick = 10;

    /// <summary>Reads the row that the reader stands on.</summary>
    public static KnownVectorVersion Read(NpgsqlDataReader reader)
    {
        var definition = new VectorCollectionDefinition
        {
            Name = reader.GetString(1),
            Model = reader.GetString(4),
            Dimension = reader.GetInt32(5),
            Distance = (VectorDistance)reader.GetInt16(6),
            FilterFields = reader.GetFieldValue<string[]>(7)
                .Zip(reader.GetFieldValue<short[]>(8))
                .ToDictionary(static field => field.First, static field => (VectorValueKind)field.Second, StringComparer.Ordinal),
        };
        var version = new VectorCollectionVersion
        {
            Definition = definition,
            Version = reader.GetInt32(2),
            State = (VectorVersionState)reader.GetInt16(3),
            Created = DateTimeOffset.UnixEpoch.AddTicks(reader.GetInt64(9) * MicrosecondsPerTick),
        };
        return new(reader.GetInt32(0), version, reader.GetBoolean(10));
    }

    /// <summary>Reads the only row, if it is there.</summary>
    public static async ValueTask<KnownVectorVersion?> ReadOneAsync<TState>(NpgsqlDataReader reader, TState state, CancellationToken deadline) =>
        await reader.ReadAsync(deadline).ConfigureAwait(false) ? Read(reader) : null;
}
