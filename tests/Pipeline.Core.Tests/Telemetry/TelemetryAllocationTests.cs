using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

[Collection(nameof(TelemetryAloneCollection))]
public sealed class TelemetryAllocationTests
{
    private const int Count = 10_000;

    private readonly TelemetryRecord[] _records = [.. Enumerable.Range(0, Count * 3).Select(i => Sample.Accounting() with
    {
        RequestId = $"r-{i}",
        Attributes = [new("region", "eu")],
        Lane = i % 2 == 0 ? TelemetryLane.Accounting : TelemetryLane.Diagnostic,
    })];

    [Fact]
    public void Emitting_into_the_ring_allocates_nothing_before_it_is_full_and_after()
    {
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = Count * 2 });
        Emit(ring, 0, 100);

        Allocations.Of(() => Emit(ring, 100, Count * 2)).Should().Be(0, "nobody else uses it");
        Allocations.Of(() => Emit(ring, Count * 2, Count * 3)).Should().Be(0);
    }

    [Fact]
    public async Task Emitting_into_a_lane_that_has_room_allocates_nothing()
    {
        var options = new TelemetryOptions { FlushInterval = TimeSpan.FromMinutes(10), BatchSize = Count };
        (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (Count * 2, Count * 2);
        await using var sink = new BufferedTelemetrySink(new RingTelemetryStore(), options);
        Emit(sink, 0, 100);
        await sink.FlushAsync();

        Least(99, round => Emit(sink, round * 100, (round + 1) * 100)).Should().Be(0);
        await sink.FlushAsync();
        sink.GetStatistics().DroppedTotal.Should().Be(0);
    }

    [Fact]
    public async Task Having_a_full_batch_written_allocates_nothing()
    {
        var options = new TelemetryOptions { FlushInterval = TimeSpan.FromMinutes(10), BatchSize = Count / 2 };
        (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (Count * 2, Count * 2);
        await using var sink = new BufferedTelemetrySink(new RingTelemetryStore(), options);
        var rounds = new List<long>();
        for (var round = 0; round < 10; round++)
        {
            rounds.Add(Allocations.Of(() => Emit(sink, 0, Count)));
            await sink.FlushAsync();
        }

        rounds.Min().Should().Be(0);
        sink.GetStatistics().Should().BeEquivalentTo(new { Written = 10 * Count, DroppedTotal = 0 });
    }

    [Fact]
    public async Task Dropping_what_has_no_room_allocates_nothing()
    {
        var options = new TelemetryOptions { FlushInterval = TimeSpan.FromMinutes(10), BatchSize = Count };
        (options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (10, 10);
        await using var sink = new BufferedTelemetrySink(new RingTelemetryStore(), options);
        Emit(sink, 0, 100);

        Least(99, round => Emit(sink, round * 100, (round + 1) * 100)).Should().Be(0);
        sink.GetStatistics().Pending.Should().Be(20);
    }

    [Fact]
    public async Task Emitting_with_the_spill_on_allocates_nothing_but_for_a_new_file()
    {
        using var folder = new TemporaryFolder();
        var options = new TelemetryOptions { FlushInterval = TimeSpan.FromMinutes(10), BatchSize = Count, CloseTimeout = TimeSpan.Zero };
        options.Spill = new TelemetrySpillOptions { Directory = folder.Path };
        await using var sink = new BufferedTelemetrySink(new RingTelemetryStore(), options);
        Emit(sink, 0, 100);

        Least(29, round => Emit(sink, round * 100, (round + 1) * 100)).Should().Be(0);
        folder.Files.Should().ContainSingle();
        sink.GetStatistics().Spilled.Should().Be(1_500);
    }

    /// <summary>
    /// The least of several rounds: when two threads meet at a lock for the first time, or the pool starts a thread, the runtime takes a few kilobytes.
    /// </summary>
    private static long Least(int rounds, Action<int> action) => Enumerable.Range(1, rounds).Min(round => Allocations.Of(() => action(round)));

    private void Emit(ITelemetrySink sink, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            sink.TryEmit(_records[i]);
        }
    }
}
