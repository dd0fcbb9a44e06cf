using System.Runtime.InteropServices;

namespace Pipeline.Telemetry;

/// <summary>Adds up the records of one group, exactly.</summary>
/// <remarks>
/// A record's amount has at most 12 decimal places and a magnitude of at most 10⁹, so that a decimal adds up 10⁷ of them without rounding.
/// </remarks>
internal sealed class TelemetryTotals
{
    private readonly List<long> _durations = [];
    private readonly SortedDictionary<CallOutcome, long> _outcomes = [];
    private readonly SortedDictionary<CacheOutcome, long> _cache = [];
    private long _uncachedInput;
    private long _cachedInput;
    private long _cacheWrite;
    private long _output;
    private long _reasoning;
    private decimal _costAvoided;
    private long _unpriced;

    public decimal Cost { get; private set; }

    public void Add(in TelemetryRecord record)
    {
        Cost += record.Cost ?? 0;
        _costAvoided += record.CostAvoided;
        Add(record.Usage);
        if (record.CorrectionOf is not null)
        {
            return;
        }

        _durations.Add(record.Duration.Ticks);
        _outcomes[record.Outcome] = _outcomes.GetValueOrDefault(record.Outcome) + 1;
        _cache[record.Cache] = _cache.GetValueOrDefault(record.Cache) + 1;
        if (record.Cost is null)
        {
            _unpriced++;
        }
    }

    public TelemetryReportRow ToRow(in TelemetryGroup group, TimeSpan? interval) => new()
    {
        Step = group.Step,
        Model = group.Model,
        Tenant = group.Tenant,
        IntervalStart = interval is { } length ? TelemetryIntervals.StartOf(group.Interval!.Value, length) : null,
        Calls = _durations.Count,
        Outcomes = _outcomes,
        Cache = _cache,
        Usage = new TokenUsage
        {
            UncachedInput = _uncachedInput,
            CachedInput = _cachedInput,
            CacheWrite = _cacheWrite,
            Output = _output,
            Reasoning = _reasoning,
        },
        Cost = Cost,
        CostAvoided = _costAvoided,
        UnpricedCalls = _unpriced,
        Durations = Percentiles(),
    };

    private void Add(in TokenUsage usage)
    {
        _uncachedInput = Sum(_uncachedInput, usage.UncachedInput);
        _cachedInput = Sum(_cachedInput, usage.CachedInput);
        _cacheWrite = Sum(_cacheWrite, usage.CacheWrite);
        _output = Sum(_output, usage.Output);
        _reasoning = Sum(_reasoning, usage.Reasoning);
    }

    private static long Sum(long sum, long tokens) => tokens > long.MaxValue - sum ? long.MaxValue : sum + tokens;

    private DurationPercentiles Percentiles()
    {
        if (_durations.Count == 0)
        {
            return default;
        }

        var sorted = CollectionsMarshal.AsSpan(_durations);
        sorted.Sort();
        return new DurationPercentiles(NearestRank(sorted, 50), NearestRank(sorted, 90), NearestRank(sorted, 95), NearestRank(sorted, 99), NearestRank(sorted, 100));
    }

    private static TimeSpan NearestRank(ReadOnlySpan<long> sorted, int percent)
    {
        var rank = ((sorted.Length * (long)percent) + 99) / 100;
        return new TimeSpan(sorted[(int)rank - 1]);
    }
}
