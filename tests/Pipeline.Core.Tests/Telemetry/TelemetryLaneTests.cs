using FluentAssertions;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Runs alone: it looks at the memory of the process.</summary>
[Collection(nameof(TelemetryAloneCollection))]
public sealed class TelemetryLaneTests
{
    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task An_accounting_record_takes_the_room_of_diagnostic_ones_before_it_is_dropped()
    {
        await using var host = new SinkHost(options => (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (2, 3));
        var sink = host.Open();
        var diagnostic = new[] { Sample.Diagnostic(), Sample.Diagnostic(), Sample.Diagnostic() };

        diagnostic.All(record => sink.TryEmit(record)).Should().BeTrue();
        sink.TryEmit(Sample.Diagnostic()).Should().BeFalse();
        Emit(sink, 2, Sample.Accounting).Should().Be(2);
        DroppedOf(sink, TelemetryLane.Diagnostic, TelemetryDropReason.Displaced).Should().Be(0, "the accounting lane had room of its own");
        Emit(sink, 1, Sample.Accounting).Should().Be(1);
        DroppedOf(sink, TelemetryLane.Diagnostic, TelemetryDropReason.Displaced).Should().Be(1);
        Emit(sink, 5, Sample.Accounting).Should().Be(2);

        var statistics = sink.GetStatistics();
        statistics.Dropped.Should().BeEquivalentTo(new[]
        {
            new TelemetryDropCount(TelemetryLane.Accounting, TelemetryDropReason.CountLimit, 3),
            new TelemetryDropCount(TelemetryLane.Diagnostic, TelemetryDropReason.CountLimit, 1),
            new TelemetryDropCount(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced, 3),
        });
        statistics.Pending.Should().Be(5);
        sink.TryEmit(Sample.Diagnostic()).Should().BeFalse("all the room is the accounting lane's");
        await sink.FlushAsync();
        (await host.Store.ReadAllAsync()).Should().HaveCount(5).And.OnlyContain(record => record.Lane == TelemetryLane.Accounting);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task The_oldest_diagnostic_records_make_room()
    {
        await using var host = new SinkHost(options => (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (1, 3));
        var sink = host.Open();
        var diagnostic = new[] { Sample.Diagnostic(), Sample.Diagnostic(), Sample.Diagnostic() };

        foreach (var record in diagnostic)
        {
            sink.TryEmit(record);
        }

        Emit(sink, 2, Sample.Accounting);
        await sink.FlushAsync();

        (await host.Store.ReadAllAsync()).Select(record => record.Id).Should().Contain([diagnostic[1].Id, diagnostic[2].Id]).And.NotContain(diagnostic[0].Id);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Lanes_are_bounded_by_bytes_too()
    {
        const long OneMiB = 1024 * 1024;
        await using var host = new SinkHost(options => (options.Accounting.MaxBytes, options.Diagnostic.MaxBytes) = (OneMiB, OneMiB));
        var sink = host.Open();
        var each = Sample.Large(default).ApproximateBytes;
        var room = (int)(OneMiB / each);

        Emit(sink, 100, () => Sample.Large(TelemetryLane.Diagnostic)).Should().Be(room);
        Emit(sink, 100, () => Sample.Large(TelemetryLane.Accounting)).Should().Be((int)(2 * OneMiB / each));
        DroppedOf(sink, TelemetryLane.Diagnostic, TelemetryDropReason.Displaced).Should().Be(room);
        DroppedOf(sink, TelemetryLane.Diagnostic, TelemetryDropReason.ByteLimit).Should().Be(100 - room);
        DroppedOf(sink, TelemetryLane.Accounting, TelemetryDropReason.ByteLimit).Should().Be(100 - (int)(2 * OneMiB / each));
        sink.TryEmit(Sample.Accounting()).Should().BeTrue("there is still room for a small one");
        await sink.FlushAsync();
        sink.GetStatistics().Pending.Should().Be(0);
    }

    [Theory(Timeout = SinkHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_hangs_for_an_hour_costs_flat_memory_and_each_loss_is_counted(bool heedsCancellation)
    {
        const int EachSecond = 20;
        await using var host = new SinkHost(options =>
        {
            (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords, options.BatchSize) = (1_000, 500, 100);
            options.FlushInterval = TimeSpan.FromSeconds(1);
        });
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        ITelemetryStore hanging = new FaultInjectingTelemetryStore(host.Store, host.Faults);
        var sink = host.Open(heedsCancellation ? hanging : new DeafStore(hanging));
        var taken = new HashSet<Guid>();
        Run(600);
        await gate.Reached;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        Run(3_000);

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(1024 * 1024);
        var statistics = sink.GetStatistics();
        statistics.Emitted.Should().Be(3_600 * 2 * EachSecond);
        statistics.Written.Should().Be(0);
        statistics.Pending.Should().BeInRange(1_500, 1_600);
        (statistics.Written + statistics.Pending + statistics.DroppedTotal).Should().Be(statistics.Emitted);
        statistics.GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced).Should().BeInRange(1, 600);
        gate.Open();
        await host.DriveAsync(sink.FlushAsync().AsTask());
        var written = (await host.Store.ReadAllAsync()).Select(record => record.Id).ToHashSet();
        sink.GetStatistics().Written.Should().Be(written.Count).And.Be(statistics.Pending);
        taken.IsSubsetOf(written).Should().BeTrue("an accounting record that was taken is written");

        void Run(int seconds)
        {
            for (var second = 0; second < seconds; second++)
            {
                for (var i = 0; i < EachSecond; i++)
                {
                    var record = Sample.Accounting();
                    if (sink.TryEmit(record))
                    {
                        taken.Add(record.Id);
                    }

                    sink.TryEmit(Sample.Diagnostic());
                }

                host.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_flood_of_accounting_records_does_not_keep_diagnostic_ones_from_being_written()
    {
        await using var host = new SinkHost(options => options.BatchSize = 8);
        var sink = host.Open();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        Emit(sink, 8, Sample.Accounting);
        await gate.Reached;
        Emit(sink, 1_000, Sample.Accounting);
        var diagnostic = Sample.Diagnostic();
        sink.TryEmit(diagnostic);
        var batches = new List<TelemetryRecord[]>();
        host.Store.Wrote = batch => batches.Add(batch);

        gate.Open();
        await sink.FlushAsync();

        batches.FindIndex(batch => batch.Any(record => record.Id == diagnostic.Id)).Should().Be(1, "a part of each batch is theirs");
    }

    private static int Emit(BufferedTelemetrySink sink, int count, Func<TelemetryRecord> record) =>
        Enumerable.Range(0, count).Count(_ => sink.TryEmit(record()));

    private static int Emit(BufferedTelemetrySink sink, int count, Func<decimal?, DateTimeOffset?, TelemetryRecord> record) => Emit(sink, count, () => record(0, null));

    private static long DroppedOf(BufferedTelemetrySink sink, TelemetryLane lane, TelemetryDropReason reason) => sink.GetStatistics().GetDropped(lane, reason);
}
