using Pipeline.Backends;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Conformance.Telemetry.TelemetrySamples;

namespace Pipeline.Conformance.Telemetry;

/// <summary>
/// The promises of <see cref="ITelemetrySink"/> and of what reads it back, a fact for each. The author of a sink derives a sealed class with a
/// parameterless constructor that passes a <see cref="TelemetryTestStore"/>. The author of a backend derives from
/// <see cref="TelemetryStoreConformance"/> instead.
/// </summary>
[ConformanceSuiteFor(typeof(ITelemetrySink))]
public abstract class TelemetryConformance : TelemetryReaderConformance
{
    private readonly TelemetryTestStore _store;
    private ITelemetrySink _sink = null!;

    /// <summary>Makes the suite for one sink.</summary>
    /// <param name="store">How to make it. The suite disposes it.</param>
    protected TelemetryConformance(TelemetryTestStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    private protected override ICapabilityProvider Target => _sink;

    private protected override GenerationSettings Generation => _store.Generation;

    private protected override TelemetryStoreFaults? Faults => _store.Faults;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await _store.InitializeAsync();
        _sink = await _store.OpenAsync();
    }

    /// <inheritdoc/>
    public override Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Fact(Timeout = TimeLimit)]
    public async Task Records_that_are_not_valid_are_dropped_and_counted()
    {
        var call = Call();

        Assert.False(_sink.TryEmit(default), "A default record was taken.");
        Assert.False(_sink.TryEmit(call with { Cost = -1 }), "A negative cost was taken.");
        Assert.False(_sink.TryEmit(call with { CostAvoided = -1, Lane = TelemetryLane.Diagnostic }), "A negative avoided cost was taken.");
        Assert.False(_sink.TryEmit(call with { CorrectionOf = call.Id }), "A record that corrects itself was taken.");
        await _sink.FlushAsync();

        Assert.Empty(await ReadAsync(Everything));
        var statistics = AssertBalanced();
        Assert.Equal((4, 0), (statistics.Emitted, statistics.Written));
        Assert.Equal(3, statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Invalid));
        Assert.Equal(1, statistics.GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Invalid));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_flushed_is_written_and_a_repeated_record_counts_as_written_again()
    {
        var record = Call();

        await WriteAsync(record, record, Call());

        var statistics = AssertBalanced();
        Assert.Equal((3, 3, 0, 0), (statistics.Emitted, statistics.Written, statistics.Pending, statistics.DroppedTotal));
        Assert.Equal(2, (await ReadAsync(Everything)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_flush_of_nothing_returns_and_a_cancelled_one_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await _sink.FlushAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _sink.FlushAsync(cancelled.Token).AsTask());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Records_of_many_threads_are_all_written_once()
    {
        const int Threads = 4;
        const int Count = 1_000;

        await SideBySide.RunAsync(Threads, thread =>
        {
            for (var i = 0; i < Count; i++)
            {
                var lane = i % 2 == 0 ? TelemetryLane.Accounting : TelemetryLane.Diagnostic;
                Assert.True(_sink.TryEmit(Call(tenant: $"t{thread}", cost: 0.01m) with { Lane = lane }), "There was room, and a record was dropped.");
            }

            return Task.CompletedTask;
        });
        await _sink.FlushAsync();

        Assert.Equal(Threads * Count, AssertBalanced().Written);
        var report = await Reader.SummarizeAsync(Everything with { GroupBy = TelemetryGrouping.Tenant });
        Assert.Equal(Enumerable.Repeat((1_000L, 10m), Threads), report.Rows.Select(row => (row.Calls, row.Cost)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Reading_goes_on_while_records_come_in()
    {
        const int Count = 2_000;
        var written = 0;

        await SideBySide.RunAsync(2, async number =>
        {
            for (var i = 0; i < Count && number == 0; i++)
            {
                _sink.TryEmit(Call(cost: 1));
                Volatile.Write(ref written, i + 1);
            }

            for (var before = 0L; number == 1 && Volatile.Read(ref written) < Count;)
            {
                var total = await TotalAsync(Everything);
                Assert.Equal(total.Calls, total.Cost);
                Assert.True(total.Calls >= before, "Records that were counted are counted no more.");
                before = total.Calls;
                Assert.All(await ReadAsync(Everything), record => Assert.Equal(1, record.Cost));
            }
        });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_fails_is_repeated_until_it_succeeds_and_writes_each_record_once()
    {
        if (Faults is not { } faults)
        {
            return;
        }

        faults.FailBefore(TelemetryStoreCall.Write, 3);
        faults.FailAfter(TelemetryStoreCall.Write, 2);
        await WriteAsync([.. Enumerable.Range(0, 100).Select(_ => Call(cost: 1))]);

        Assert.Equal((100, 100m), ((await TotalAsync(Everything)).Calls, (await TotalAsync(Everything)).Cost));
        Assert.Equal((100, 0), (AssertBalanced().Written, AssertBalanced().DroppedTotal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_record_that_is_refused_is_dropped_alone_and_counted()
    {
        if (Faults is not { } faults)
        {
            return;
        }

        var records = Enumerable.Range(0, 100).Select(_ => Call(cost: 1)).ToArray();
        records[17] = records[17] with { Lane = TelemetryLane.Diagnostic };
        faults.Poison(records[17].Id);
        faults.Poison(records[63].Id);
        faults.Poison(records[64].Id);

        await WriteAsync(records);

        var statistics = AssertBalanced();
        Assert.Equal((97, 3), (statistics.Written, statistics.DroppedTotal));
        Assert.Equal(2, statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused));
        Assert.Equal(1, statistics.GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Refused));
        Assert.Equal(97, (await ReadAsync(Everything)).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_error_that_no_store_should_throw_loses_no_record_but_the_one_that_causes_it()
    {
        if (Faults is not { } faults)
        {
            return;
        }

        faults.FailBefore(TelemetryStoreCall.Write, 2, new FormatException());

        await WriteAsync(Call());
        faults.FailBefore(TelemetryStoreCall.Write, 2, new FormatException());
        await WriteAsync([.. Enumerable.Range(0, 10).Select(_ => Call())]);

        Assert.Equal((11, 0), (AssertBalanced().Written, AssertBalanced().DroppedTotal));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_flush_waits_for_what_came_before_it_and_a_closed_sink_takes_nothing()
    {
        _sink.TryEmit(Call());
        await _sink.FlushAsync();
        Assert.Equal(0, AssertBalanced().Pending);
        if (_sink is not IAsyncDisposable disposable)
        {
            return;
        }

        _sink.TryEmit(Call());
        await disposable.DisposeAsync();

        Assert.Equal((2, 0), (AssertBalanced().Written, AssertBalanced().Pending));
        Assert.False(_sink.TryEmit(Call()), "A closed sink took a record.");
        Assert.Equal(1, AssertBalanced().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Closed));
        await _sink.FlushAsync();
        await disposable.DisposeAsync();
    }

    private protected override async Task WriteAsync(params TelemetryRecord[] records)
    {
        foreach (var record in records)
        {
            Assert.True(_sink.TryEmit(record), "There was room, and a valid record was dropped.");
        }

        await _sink.FlushAsync();
    }

    private TelemetrySinkStatistics AssertBalanced()
    {
        var statistics = _sink.GetStatistics();
        Assert.Equal(statistics.Emitted + statistics.Recovered, statistics.Written + statistics.Pending + statistics.DroppedTotal);
        return statistics;
    }
}
