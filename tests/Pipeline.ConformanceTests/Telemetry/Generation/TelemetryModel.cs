using System.Globalization;
using Pipeline.Telemetry;

namespace Pipeline.Conformance.Telemetry.Generation;

/// <summary>
/// What a reader has to answer, by the shortest way: every record in a list, each question by going through all, money in whole units of 10⁻¹².
/// </summary>
internal sealed class TelemetryModel
{
    private const decimal UnitsPerOne = 1_000_000_000_000m;

    private readonly List<TelemetryRecord> _records = [];

    public IReadOnlyList<TelemetryRecord> Records => _records;

    public void Add(in TelemetryRecord record)
    {
        var id = record.Id;
        if (_records.TrueForAll(other => other.Id != id))
        {
            _records.Add(record);
        }
    }

    public int Forget(string tenant) => _records.RemoveAll(record => record.Tenant == tenant);

    public IEnumerable<TelemetryRecord> Select(TelemetryQuery query) => _records.Where(record =>
        record.Time >= query.From && record.Time < query.To
        && (query.Tenant ?? record.Tenant) == record.Tenant
        && (query.Step ?? record.Step) == record.Step
        && (query.Model is null || query.Model == record.Model)
        && (query.RequestId is null || query.RequestId == record.RequestId));

    /// <summary>The rows as text, in their order.</summary>
    public IReadOnlyList<string> Summarize(TelemetryQuery query)
    {
        var rows = Select(query)
            .GroupBy(record => (
                Interval: query.Interval is { } length ? (long?)Math.Floor((record.Time - DateTimeOffset.UnixEpoch).Ticks / (decimal)length.Ticks) : null,
                Step: query.GroupBy.HasFlag(TelemetryGrouping.Step) ? record.Step : null,
                Model: query.GroupBy.HasFlag(TelemetryGrouping.Model) ? record.Model : null,
                Tenant: query.GroupBy.HasFlag(TelemetryGrouping.Tenant) ? record.Tenant : null))
            .OrderBy(group => group.Key.Interval)
            .ThenByDescending(group => group.Sum(record => Units(record.Cost ?? 0)))
            .ThenBy(group => group.Key.Step, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Model, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Tenant, StringComparer.Ordinal)
            .Select(group => RowOf(
                query.Interval is { } length ? DateTimeOffset.UnixEpoch + (group.Key.Interval!.Value * length) : null,
                (group.Key.Step, group.Key.Model, group.Key.Tenant),
                [.. group]))
            .ToList();
        return rows.Count == 0 && query is { Interval: null, GroupBy: TelemetryGrouping.None } ? [RowOf(null, default, [])] : rows;
    }

    /// <summary>A reader's row as the same text.</summary>
    public static string TextOf(TelemetryReportRow row) => Text(
        row.IntervalStart,
        (row.Step, row.Model, row.Tenant),
        [
            row.Calls, .. Enum.GetValues<CallOutcome>().Select(outcome => row.Outcomes.GetValueOrDefault(outcome)),
            .. Enum.GetValues<CacheOutcome>().Select(cache => row.Cache.GetValueOrDefault(cache)),
            row.Usage.UncachedInput, row.Usage.CachedInput, row.Usage.CacheWrite, row.Usage.Output, row.Usage.Reasoning,
            Units(row.Cost), Units(row.CostAvoided), row.UnpricedCalls,
            row.Durations.P50.Ticks, row.Durations.P90.Ticks, row.Durations.P95.Ticks, row.Durations.P99.Ticks, row.Durations.Max.Ticks,
        ]);

    private static string RowOf(DateTimeOffset? interval, (string? Step, string? Model, string? Tenant) key, List<TelemetryRecord> records)
    {
        var calls = records.Where(record => record.CorrectionOf is null).ToList();
        var durations = calls.Select(record => record.Duration.Ticks).Order().ToList();
        return Text(
            interval,
            key,
            [
                calls.Count, .. Enum.GetValues<CallOutcome>().Select(outcome => calls.Count(call => call.Outcome == outcome)),
                .. Enum.GetValues<CacheOutcome>().Select(cache => calls.Count(call => call.Cache == cache)),
                records.Sum(record => (Int128)record.Usage.UncachedInput), records.Sum(record => (Int128)record.Usage.CachedInput),
                records.Sum(record => (Int128)record.Usage.CacheWrite), records.Sum(record => (Int128)record.Usage.Output),
                records.Sum(record => (Int128)record.Usage.Reasoning),
                records.Sum(record => Units(record.Cost ?? 0)), records.Sum(record => Units(record.CostAvoided)), calls.Count(call => call.Cost is null),
                Rank(durations, 0.50m), Rank(durations, 0.90m), Rank(durations, 0.95m), Rank(durations, 0.99m), Rank(durations, 1m),
            ]);
    }

    private static Int128 Rank(List<long> sorted, decimal part) => sorted.Count == 0 ? 0 : sorted[(int)Math.Ceiling(part * sorted.Count) - 1];

    private static Int128 Units(decimal amount) => (Int128)(amount * UnitsPerOne);

    private static string Text(DateTimeOffset? interval, (string? Step, string? Model, string? Tenant) key, IEnumerable<Int128> numbers) =>
        $"{interval:u} {key} {string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}";
}
