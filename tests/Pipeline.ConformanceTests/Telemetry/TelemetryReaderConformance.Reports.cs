using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Conformance.Telemetry.TelemetrySamples;

namespace Pipeline.Conformance.Telemetry;

public abstract partial class TelemetryReaderConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_report_over_nothing_is_one_row_of_zeros_or_none()
    {
        var total = await TotalAsync(Everything);

        Assert.Equal((0, 0m, 0m, 0, default, default), (total.Calls, total.Cost, total.CostAvoided, total.UnpricedCalls, total.Usage, total.Durations));
        Assert.Equal((null, null, null, null), (total.Step, total.Model, total.Tenant, total.IntervalStart));
        Assert.Empty(total.Outcomes);
        Assert.Empty(total.Cache);
        Assert.Empty((await Reader.SummarizeAsync(Everything with { GroupBy = TelemetryGrouping.Step })).Rows);
        Assert.Empty((await Reader.SummarizeAsync(Everything with { Interval = TimeSpan.FromHours(1) })).Rows);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Money_adds_up_to_the_last_decimal()
    {
        const int Count = 1_000;
        await WriteAsync([.. Enumerable.Range(0, Count).Select(_ => Call(cost: 0.1m) with { CostAvoided = 0.000000000001m }),
            Call(cost: TelemetryRecord.MaxCost), Call(cost: TelemetryRecord.MaxCost), Call(cost: 0.000000000001m)]);

        var total = await TotalAsync(Everything);

        Assert.Equal(2_000_000_100.000000000001m, total.Cost);
        Assert.Equal(0.000000001m, total.CostAvoided);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Tokens_add_up_and_stay_at_the_greatest_number_there_is()
    {
        var usage = new TokenUsage { UncachedInput = 1, CachedInput = 20, CacheWrite = 300, Output = 4_000, Reasoning = long.MaxValue - 5 };
        await WriteAsync(Call() with { Usage = usage }, Call() with { Usage = usage }, Call());

        Assert.Equal(
            new TokenUsage { UncachedInput = 2, CachedInput = 40, CacheWrite = 600, Output = 8_000, Reasoning = long.MaxValue }, (await TotalAsync(Everything)).Usage);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Calls_are_counted_by_outcome_and_by_what_the_cache_did()
    {
        await WriteAsync(
            Call() with { Outcome = CallOutcome.Succeeded, Cache = CacheOutcome.Hit },
            Call() with { Outcome = CallOutcome.Succeeded, Cache = CacheOutcome.Miss },
            Call(cost: null) with { Outcome = CallOutcome.RateLimited });

        var total = await TotalAsync(Everything);

        Assert.Equal((3, 1), (total.Calls, total.UnpricedCalls));
        Assert.Equal(new Dictionary<CallOutcome, long> { [CallOutcome.Succeeded] = 2, [CallOutcome.RateLimited] = 1 }, NotZero(total.Outcomes));
        Assert.Equal(
            new Dictionary<CacheOutcome, long> { [CacheOutcome.Hit] = 1, [CacheOutcome.Miss] = 1, [CacheOutcome.NotUsed] = 1 }, NotZero(total.Cache));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_correction_adds_its_amounts_and_its_usage_and_is_no_call()
    {
        var call = Call(cost: 2, milliseconds: 10) with { CostAvoided = 1 };
        var unpriced = Call("late", cost: null, milliseconds: 30);
        await WriteAsync(
            call,
            CorrectionOf(call, -0.5m) with { CostAvoided = -1, Duration = TimeSpan.FromDays(1), Outcome = CallOutcome.Failed },
            unpriced,
            CorrectionOf(unpriced, 0.25m) with { Usage = new TokenUsage { Output = 3 } });

        var total = await TotalAsync(Everything);

        Assert.Equal((2, 1.75m, 0m, 1), (total.Calls, total.Cost, total.CostAvoided, total.UnpricedCalls));
        Assert.Equal(new TokenUsage { Output = 3 }, total.Usage);
        Assert.Equal(TimeSpan.FromMilliseconds(30), total.Durations.Max);
        Assert.Equal(2, total.Outcomes[CallOutcome.Succeeded]);
        Assert.Equal(4, (await ReadAsync(Everything)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_group_of_corrections_alone_has_a_row_without_calls()
    {
        await WriteAsync(CorrectionOf(Call(), 4));

        var row = await TotalAsync(Everything with { GroupBy = TelemetryGrouping.Step });

        Assert.Equal((0, 4m, default), (row.Calls, row.Cost, row.Durations));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1, 7, 7, 7, 7, 7)]
    [InlineData(2, 7, 14, 14, 14, 14)]
    [InlineData(10, 35, 63, 70, 70, 70)]
    [InlineData(100, 350, 630, 665, 693, 700)]
    [InlineData(101, 357, 637, 672, 700, 707)]
    public async Task Percentiles_are_durations_that_occurred_by_nearest_rank(int count, int p50, int p90, int p95, int p99, int max)
    {
        await WriteAsync([.. Enumerable.Range(1, count).Reverse().Select(i => Call(milliseconds: i * 7))]);

        var durations = (await TotalAsync(Everything)).Durations;

        Assert.Equal(new DurationPercentiles(Ms(p50), Ms(p90), Ms(p95), Ms(p99), Ms(max)), durations);

        static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(TelemetryGrouping.Step, "b--:30 a--:13")]
    [InlineData(TelemetryGrouping.Model, "-large-:31 --:12")]
    [InlineData(TelemetryGrouping.Tenant, "--t1:41 --t2:2")]
    [InlineData(TelemetryGrouping.Step | TelemetryGrouping.Model, "b-large-:30 a--:12 a-large-:1")]
    [InlineData(TelemetryGrouping.Step | TelemetryGrouping.Tenant, "b--t1:30 a--t1:11 a--t2:2")]
    [InlineData(TelemetryGrouping.Step | TelemetryGrouping.Model | TelemetryGrouping.Tenant, "b-large-t1:30 a--t1:10 a--t2:2 a-large-t1:1")]
    public async Task Cost_is_broken_down_by_what_was_asked_for(TelemetryGrouping grouping, string expected)
    {
        await WriteAsync(Call("a", "t1", "large", 1), Call("a", "t2", null, 2), Call("a", "t1", null, 10), Call("b", "t1", "large", 30));

        var report = await Reader.SummarizeAsync(Everything with { GroupBy = grouping });

        Assert.Equal(expected, string.Join(' ', report.Rows.Select(row => $"{row.Step}-{row.Model}-{row.Tenant}:{row.Cost:0.##}")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Rows_of_one_cost_are_ordered_by_name_and_those_without_one_come_first()
    {
        await WriteAsync(Call("b", model: "m"), Call("a", model: "z"), Call("a"), Call("B", model: "m"), Call("a", model: "Z"));

        var report = await Reader.SummarizeAsync(Everything with { GroupBy = TelemetryGrouping.Step | TelemetryGrouping.Model });

        Assert.Equal(["B m", "a ", "a Z", "a z", "b m"], report.Rows.Select(row => $"{row.Step} {row.Model}"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Intervals_are_aligned_to_1970_and_come_in_the_order_of_time()
    {
        var hour = TimeSpan.FromHours(1);
        await WriteAsync(
            Call("a", at: Noon.AddMinutes(59), cost: 1),
            Call("a", at: Noon, cost: 2),
            Call("b", at: Noon.AddHours(1), cost: 50),
            Call("a", at: Noon.AddTicks(-10), cost: 4));
        var query = TelemetryQuery.AcrossTenants(Noon.AddMinutes(-30), Noon.AddMinutes(90)) with { Interval = hour };

        var report = await Reader.SummarizeAsync(query);
        var grouped = await Reader.SummarizeAsync(query with { GroupBy = TelemetryGrouping.Step, Interval = TimeSpan.FromDays(7) });

        Assert.Equal([(Noon - hour, 4m), (Noon, 3m), (Noon + hour, 50m)], report.Rows.Select(row => (row.IntervalStart!.Value, row.Cost)));
        var thursday = new DateTimeOffset(2029, 12, 27, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([(thursday, "b"), (thursday, "a")], grouped.Rows.Select(row => (row.IntervalStart!.Value, row.Step!)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Times_before_1970_have_intervals_too()
    {
        await WriteAsync(Call(at: DateTimeOffset.UnixEpoch.AddTicks(-10)), Call(at: DateTimeOffset.UnixEpoch));
        var query = TelemetryQuery.AcrossTenants(DateTimeOffset.UnixEpoch.AddDays(-1), DateTimeOffset.UnixEpoch.AddDays(1));

        var report = await Reader.SummarizeAsync(query with { Interval = TimeSpan.FromMinutes(1) });

        Assert.Equal([DateTimeOffset.UnixEpoch.AddMinutes(-1), DateTimeOffset.UnixEpoch], report.Rows.Select(row => row.IntervalStart!.Value));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task More_rows_than_asked_for_are_cut_off_and_that_is_said()
    {
        await WriteAsync(Call("a", cost: 1), Call("b", cost: 3), Call("c", cost: 2));
        var query = Everything with { GroupBy = TelemetryGrouping.Step };

        var cut = await Reader.SummarizeAsync(query with { RowLimit = 2 });
        var whole = await Reader.SummarizeAsync(query with { RowLimit = 3 });

        Assert.Equal(["b", "c"], cut.Rows.Select(row => row.Step));
        Assert.True(cut.IsTruncated, "A row is missing, and the report does not say so.");
        Assert.Equal(3, whole.Rows.Count);
        Assert.False(whole.IsTruncated, "No row is missing, and the report says that one is.");
    }

    private static Dictionary<TKey, long> NotZero<TKey>(IReadOnlyDictionary<TKey, long> counts)
        where TKey : notnull => counts.Where(pair => pair.Value != 0).ToDictionary();
}
