using FluentAssertions;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class TelemetrySpillTests
{
    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task What_one_sink_leaves_on_disk_the_next_one_writes()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        var records = await LeaveBehindAsync(host, 1_000);

        var next = host.Open();
        next.GetStatistics().Recovered.Should().Be(1_000);
        await next.FlushAsync();

        Statistics(next).Should().Be((0, 1_000, 1_000, 0, 0));
        (await host.Store.ReadAllAsync()).ToHashSet().SetEquals(records).Should().BeTrue();
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 5012);
        await next.DisposeAsync();
        host.Open().GetStatistics().Recovered.Should().Be(0, "what is written is removed");
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Records_on_disk_are_pending_and_stay_so_when_their_sink_is_closed()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        sink.TryEmit(Sample.Accounting());
        sink.TryEmit(Sample.Diagnostic());

        sink.GetStatistics().Should().BeEquivalentTo(new { Emitted = 2, Pending = 2, Spilled = 1 });
        await sink.DisposeAsync();

        sink.GetStatistics().Should().BeEquivalentTo(new { Emitted = 2, Pending = 1, Spilled = 1, DroppedTotal = 1 });
        sink.TryEmit(Sample.Accounting()).Should().BeFalse();
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Closed).Should().Be(1);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_batch_that_is_on_its_way_when_the_sink_is_closed_keeps_on_disk_what_came_from_there()
    {
        await using var host = new SinkHost(options => (options.CloseTimeout, options.BatchSize) = (TimeSpan.Zero, 8));
        host.Spill();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        for (var i = 0; i < 4; i++)
        {
            sink.TryEmit(Sample.Diagnostic());
            sink.TryEmit(Sample.Accounting());
        }

        await gate.Reached;
        sink.GetStatistics().Should().BeEquivalentTo(new { Emitted = 8, Pending = 8, Spilled = 4 });
        await sink.DisposeAsync();

        sink.GetStatistics().Should().BeEquivalentTo(new { Emitted = 8, Pending = 4, Spilled = 4, DroppedTotal = 4 });
        sink.GetStatistics().GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Closed).Should().Be(4);
        gate.Open();
        var next = host.Open(host.Store);
        await next.FlushAsync();
        Statistics(next).Should().Be((0, 4, 4, 0, 0));
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Files_go_when_their_records_are_written()
    {
        await using var host = new SinkHost(options => options.BatchSize = 100);
        host.Spill();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        for (var i = 0; i < 10_000; i++)
        {
            sink.TryEmit(Sample.Accounting()).Should().BeTrue();
        }

        host.Folder.Files.Length.Should().BeGreaterThan(1);
        gate.Open();
        await sink.FlushAsync();

        host.Folder.Files.Should().ContainSingle().Which.Should().Match(file => new FileInfo(file).Length == SpillFile.HeaderBytes);
        sink.GetStatistics().Written.Should().Be(10_000);
        (await host.Store.ReadAllAsync()).Should().HaveCount(10_000);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_full_spill_leaves_records_in_memory_and_then_drops_them()
    {
        const int OneMiB = 1024 * 1024;
        await using var host = new SinkHost(options => (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (5, 2));
        host.Spill(OneMiB);
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        var taken = 0;
        while (sink.TryEmit(Sample.Accounting()))
        {
            taken++;
        }

        host.Folder.Files.Sum(file => new FileInfo(file).Length).Should().BeLessThanOrEqualTo(OneMiB).And.BeGreaterThan(OneMiB - 1_000);
        var statistics = sink.GetStatistics();
        statistics.Should().BeEquivalentTo(new { Emitted = taken + 1, Pending = taken, DroppedTotal = 1 });
        statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.SpillFailed).Should().Be(1);
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 5010);
        gate.Open();
        await sink.FlushAsync();
        Statistics(sink).Should().Be((taken + 1, 0, taken, 0, 1));
        sink.TryEmit(Sample.Accounting()).Should().BeTrue();
        sink.GetStatistics().Spilled.Should().Be(1, "there is room on disk again");
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 5011);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task What_is_written_takes_up_no_room_however_much_goes_through()
    {
        await using var host = new SinkHost();
        host.Spill(TelemetrySpillOptions.LeastMaxBytes);
        var sink = host.Open();
        for (var round = 1; round <= 40; round++)
        {
            for (var i = 0; i < 250; i++)
            {
                sink.TryEmit(Sample.Accounting());
            }

            sink.GetStatistics().Spilled.Should().Be(250);
            await sink.FlushAsync();
        }

        sink.GetStatistics().Written.Should().Be(10_000);
    }

    [Theory(Timeout = SinkHost.TimeLimit)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public async Task A_disk_that_fails_in_the_middle_of_a_record_leaves_it_in_memory_and_nothing_in_the_files(int bytesBefore)
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        host.Faults.Hold(TelemetryStoreCall.Write);
        var isBroken = false;
        var sink = host.Open(write: (file, bytes, offset) =>
        {
            RandomAccess.Write(file, isBroken ? bytes[..Math.Min(bytesBefore, bytes.Length)] : bytes, offset);
            if (isBroken)
            {
                throw new IOException("No space left on device.");
            }
        });
        var records = Enumerable.Range(0, 6).Select(_ => Sample.Accounting()).ToArray();

        Emit(0, 1);
        isBroken = true;
        Emit(2, 3);
        sink.GetStatistics().Spilled.Should().Be(2);
        isBroken = false;
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Emit(4, 5);

        sink.GetStatistics().Should().BeEquivalentTo(new { Emitted = 6, Pending = 6, Spilled = 4, DroppedTotal = 0 });
        host.Logs.Entries.Select(entry => entry.Id).Should().Equal(5010, 5011);
        await sink.DisposeAsync();
        var next = host.Open(host.Store);
        await next.FlushAsync();
        Statistics(next).Should().Be((0, 4, 4, 0, 0));
        (await host.Store.ReadAllAsync()).Select(record => record.Id)
            .Should().BeEquivalentTo(records.Where((_, i) => i is not 2 and not 3).Select(record => record.Id));

        void Emit(params int[] numbers) => numbers.All(i => sink.TryEmit(records[i])).Should().BeTrue();
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_folder_that_is_taken_away_costs_what_was_in_it_and_nothing_throws()
    {
        await using var host = new SinkHost(options => options.BatchSize = 10);
        host.Spill();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        for (var i = 0; i < 10; i++)
        {
            sink.TryEmit(Sample.Accounting());
        }

        await gate.Reached;
        for (var i = 0; i < 5; i++)
        {
            sink.TryEmit(Sample.Accounting());
        }

        Directory.Delete(Path.Combine(host.Folder.Path, sink.Name), recursive: true);
        gate.Open();
        await sink.FlushAsync();

        Statistics(sink).Should().Be((15, 0, 10, 0, 5));
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.SpillFailed).Should().Be(5);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_folder_belongs_to_one_sink_at_a_time()
    {
        await using var host = new SinkHost();
        host.Spill();
        var first = host.Open();

        var act = () => host.Open();

        act.Should().Throw<InvalidOperationException>().WithMessage("Telemetry: Spill:Directory cannot be used:*no other process and no other suite uses.");
        await first.DisposeAsync();
        act.Should().NotThrow();
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_folder_that_cannot_be_is_named_at_the_start()
    {
        await using var host = new SinkHost();
        var file = Path.Combine(host.Folder.Path, "file");
        await File.WriteAllTextAsync(file, "no folder");
        host.Options.Spill = new TelemetrySpillOptions { Directory = file };

        var act = () => host.Open();

        act.Should().Throw<InvalidOperationException>().WithMessage($"Telemetry: Spill:Directory cannot be used: '{file}*Give a folder that this process may write to*");
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Records_that_go_through_to_the_device_come_back_alike()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        host.Options.Spill.WriteThrough = true;
        var records = await LeaveBehindAsync(host, 10);

        await host.Open().FlushAsync();

        (await host.Store.ReadAllAsync()).ToHashSet().SetEquals(records).Should().BeTrue();
    }

    internal static (long Emitted, long Recovered, long Written, long Pending, long Dropped) Statistics(ITelemetrySink sink)
    {
        var statistics = sink.GetStatistics();
        return (statistics.Emitted, statistics.Recovered, statistics.Written, statistics.Pending, statistics.DroppedTotal);
    }

    /// <summary>Leaves records on disk, as a process does that ends while its backend is down.</summary>
    internal static async Task<TelemetryRecord[]> LeaveBehindAsync(SinkHost host, int count)
    {
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        var sink = host.Open();
        var records = Enumerable.Range(0, count).Select(i => Sample.Accounting(i * 0.01m)).ToArray();
        records.All(record => sink.TryEmit(record)).Should().BeTrue();
        await sink.DisposeAsync();
        host.Faults.Hold(TelemetryStoreCall.Write).Open();
        gate.Open();
        return records;
    }
}
