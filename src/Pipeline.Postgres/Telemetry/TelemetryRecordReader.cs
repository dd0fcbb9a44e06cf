using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace Pipeline.Telemetry;

/// <summary>Reads records from the rows of <c>read.sql</c>.</summary>
internal static class TelemetryRecordReader
{
    public static TelemetryPosition PositionOf(NpgsqlDataReader row) => new(row.GetInt64(2), row.GetGuid(1));

    /// <summary>Reads a record.</summary>
    /// <returns>Whether the row is one, of a version that is known here.</returns>
    public static bool TryRead(NpgsqlDataReader row, out TelemetryRecord record)
    {
        record = default;
        if (row.GetInt16(0) != TelemetryRowFormat.Version)
        {
            return false;
        }

        try
        {
            record = Read(row);
            return record.IsValid;
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException or InvalidCastException or InvalidOperationException or JsonException)
        {
            // A value that no record can have.
            return false;
        }
    }

    private static TelemetryRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(1),
        Time = TelemetryTime.FromMicroseconds(row.GetInt64(2)),
        Duration = new TimeSpan(row.GetInt64(3)),
        Step = row.GetString(4),
        Tenant = row.GetString(5),
        Model = TextOf(row, 6),
        RequestId = TextOf(row, 7),
        TraceId = row.IsDBNull(8) ? default : TraceOf(row.GetGuid(8)),
        Outcome = (CallOutcome)row.GetInt16(9),
        Cache = (CacheOutcome)row.GetInt16(10),
        Usage = new TokenUsage
        {
            UncachedInput = row.GetInt64(11),
            CachedInput = row.GetInt64(12),
            CacheWrite = row.GetInt64(13),
            Output = row.GetInt64(14),
            Reasoning = row.GetInt64(15),
        },
        Cost = row.IsDBNull(16) ? null : row.GetDecimal(16),
        CostAvoided = row.GetDecimal(17),
        PriceTableVersion = TextOf(row, 18),
        ErrorType = TextOf(row, 19),
        Attributes = row.IsDBNull(20) ? TelemetryAttributes.Empty : AttributesOf(row.GetString(20)),
        Lane = (TelemetryLane)row.GetInt16(21),
        CorrectionOf = row.IsDBNull(22) ? null : row.GetGuid(22),
    };

    private static string? TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static ActivityTraceId TraceOf(Guid stored)
    {
        Span<byte> bytes = stackalloc byte[TelemetryIds.Bytes];
        stored.TryWriteBytes(bytes, bigEndian: true, out _);
        return ActivityTraceId.CreateFromBytes(bytes);
    }

    private static TelemetryAttributes AttributesOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        KeyValuePair<string, string>[] attributes =
            [.. document.RootElement.EnumerateObject().Select(static attribute => KeyValuePair.Create(attribute.Name, attribute.Value.GetString()!))];
        return TelemetryAttributes.Create(attributes);
    }
}
