namespace Pipeline.Telemetry;

/// <summary>
/// Adds up records as a query asks for it: what an <see cref="ITelemetryReader"/> answers whose store cannot add up by itself.
/// </summary>
/// <remarks>
/// For the authors of backends. Exact, in one pass; it keeps 8 bytes a call, for the percentiles. Whoever reads the records sees to it that each is added once. Not
/// thread safe.
/// </remarks>
public sealed class TelemetrySummary
{
    private static readonly Comparison<(TelemetryGroup Group, TelemetryTotals Totals)> Order = static (x, y) =>
    {
        var interval = Nullable.Compare(x.Group.Interval, y.Group.Interval);
        var cost = interval != 0 ? interval : y.Totals.Cost.CompareTo(x.Totals.Cost);
        var step = cost != 0 ? cost : string.CompareOrdinal(x.Group.Step, y.Group.Step);
        var model = step != 0 ? step : string.CompareOrdinal(x.Group.Model, y.Group.Model);
        return model != 0 ? model : string.CompareOrdinal(x.Group.Tenant, y.Group.Tenant);
    };

    private readonly TelemetryQuery _query;
    private readonly Dictionary<TelemetryGroup, TelemetryTotals> _groups = [];

    /// <summary>Makes the summary of no records.</summary>
    /// <param name="query">Which records count, and how they are grouped.</param>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    public TelemetrySummary(TelemetryQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        _query = query;
        if (query is { GroupBy: TelemetryGrouping.None, Interval: null })
        {
            _groups.Add(default, new TelemetryTotals());
        }
    }

    /// <summary>Says whether a query selects a record.</summary>
    /// <param name="query">The query.</param>
    /// <param name="record">The record.</param>
    /// <returns>Whether it does. Grouping and interval are ignored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    public static bool Selects(TelemetryQuery query, in TelemetryRecord record)
    {
        ArgumentNullException.ThrowIfNull(query);
        return record.Time >= query.From
            && record.Time < query.To
            && IsAny(query.Tenant, record.Tenant)
            && IsAny(query.Step, record.Step)
            && IsAny(query.Model, record.Model)
            && IsAny(query.RequestId, record.RequestId);
    }

    /// <summary>Adds a record, if the query selects it.</summary>
    /// <param name="record">The record.</param>
    public void Add(in TelemetryRecord record)
    {
        if (!Selects(_query, record))
        {
            return;
        }

        var group = GroupOf(record);
        if (!_groups.TryGetValue(group, out var totals))
        {
            _groups.Add(group, totals = new TelemetryTotals());
        }

        totals.Add(record);
    }

    /// <summary>Makes the report of what was added.</summary>
    /// <param name="completeSince">The time from which on the store still has every record; <see langword="null"/> where it has forgotten none.</param>
    /// <returns>The report, its rows in the order that <see cref="ITelemetryReader.SummarizeAsync"/> promises.</returns>
    public TelemetryReport ToReport(DateTimeOffset? completeSince)
    {
        var groups = _groups.Select(pair => (Group: pair.Key, Totals: pair.Value)).ToList();
        groups.Sort(Order);
        return new TelemetryReport
        {
            Rows = [.. groups.Take(_query.RowLimit).Select(one => one.Totals.ToRow(one.Group, _query.Interval))],
            IsTruncated = groups.Count > _query.RowLimit,
            CompleteSince = completeSince,
        };
    }

    private static bool IsAny(string? wanted, string? value) => wanted is null || string.Equals(wanted, value, StringComparison.Ordinal);

    private TelemetryGroup GroupOf(in TelemetryRecord record) => new(
        _query.Interval is { } length ? TelemetryIntervals.NumberOf(record.Time, length) : null,
        By(TelemetryGrouping.Step) ? record.Step : null,
        By(TelemetryGrouping.Model) ? record.Model : null,
        By(TelemetryGrouping.Tenant) ? record.Tenant : null);

    private bool By(TelemetryGrouping grouping) => (_query.GroupBy & grouping) != TelemetryGrouping.None;
}
