using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Asks <c>report.sql</c> what a query asks, and reads its rows.</summary>
internal static class TelemetryReportReader
{
    // What the server orders by the bytes of UTF-8 is promised in the order of UTF-16. They differ in the rarest of names.
    private static readonly Comparison<TelemetryReportRow> Order = static (x, y) =>
    {
        var interval = Nullable.Compare(x.IntervalStart, y.IntervalStart);
        var cost = interval != 0 ? interval : y.Cost.CompareTo(x.Cost);
        var step = cost != 0 ? cost : string.CompareOrdinal(x.Step, y.Step);
        var model = step != 0 ? step : string.CompareOrdinal(x.Model, y.Model);
        return model != 0 ? model : string.CompareOrdinal(x.Tenant, y.Tenant);
    };

    public static void Bind(NpgsqlParameterCollection parameters, TelemetryQuery query) => parameters
        .Long(TelemetryTime.ToMicroseconds(query.From)).Long(TelemetryTime.ToMicroseconds(query.To))
        .Text(query.Tenant).Text(query.Step).Text(query.Model).Text(query.RequestId)
        .Long(query.Interval is { } interval ? interval.Ticks / TimeSpan.TicksPerMicrosecond : null)
        .Bool(By(query, TelemetryGrouping.Step)).Bool(By(query, TelemetryGrouping.Model)).Bool(By(query, TelemetryGrouping.Tenant))
        .Int(query.RowLimit + 1);

    public static async ValueTask<TelemetryReport> ReadAsync(NpgsqlDataReader reader, TelemetryQuery query, CancellationToken cancellationToken)
    {
        const int Calls = 5;
        var rows = new List<TelemetryReportRow>();
        DateTimeOffset? completeSince = null;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            completeSince = reader.IsDBNull(0) ? null : TelemetryTime.FromMicroseconds(reader.GetInt64(0) + 1);
            if (!reader.IsDBNull(Calls))
            {
                rows.Add(ReadRow(reader));
            }
        }

        var isTruncated = rows.Count > query.RowLimit;
        if (isTruncated)
        {
            rows.RemoveAt(query.RowLimit);
        }

        if (rows.Count == 0 && query is { GroupBy: TelemetryGrouping.None, Interval: null })
        {
            rows.Add(new TelemetryReportRow { Calls = 0 });
        }

        rows.Sort(Order);
        return new TelemetryReport { Rows = rows, IsTruncated = isTruncated, CompleteSince = completeSince };
    }

    private static bool By(TelemetryQuery query, TelemetryGrouping grouping) => (query.GroupBy & grouping) != TelemetryGrouping.None;

    private static TelemetryReportRow ReadRow(NpgsqlDataReader row)
    {
        var usage = row.GetFieldValue<long[]>(8);
        return new TelemetryReportRow
        {
            IntervalStart = row.IsDBNull(1) ? null : TelemetryTime.FromMicroseconds(row.GetInt64(1)),
            Step = TextOf(row, 2),
            Model = TextOf(row, 3),
            Tenant = TextOf(row, 4),
            Calls = row.GetInt64(5),
            Outcomes = Counts(row.GetFieldValue<long[]>(6), static number => (CallOutcome)number),
            Cache = Counts(row.GetFieldValue<long[]>(7), static number => (CacheOutcome)number),
            Usage = new TokenUsage { UncachedInput = usage[0], CachedInput = usage[1], CacheWrite = usage[2], Output = usage[3], Reasoning = usage[4] },
            Cost = row.GetDecimal(9),
            CostAvoided = row.GetDecimal(10),
            UnpricedCalls = row.GetInt64(11),
            Durations = row.IsDBNull(12) ? default : Percentiles(row.GetFieldValue<long[]>(12)),
        };
    }

    private static string? TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DurationPercentiles Percentiles(long[] ticks) => new(new(ticks[0]), new(ticks[1]), new(ticks[2]), new(ticks[3]), new(ticks[4]));

    private static Dictionary<T, long> Counts<T>(long[] counts, Func<int, T> key)
        where T : struct, Enum =>
        Enumerable.Range(0, counts.Length).Where(number => counts[number] > 0).ToDictionary(key, number => counts[number]);
}
