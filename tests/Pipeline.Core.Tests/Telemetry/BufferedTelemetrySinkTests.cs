using FluentAssertions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class BufferedTelemetrySinkTests
{
    public static TheoryData<Exception> Outages => [new BackendUnavailableException("Test", "write"), new TimeoutException(), new OperationCanceledException()];

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_batch_is_written_when_it_is_full_or_its_time_is_over()
    {
        await using var host = new SinkHost(options => (options.BatchSize, options.FlushInterval) = (3, TimeSpan.FromSeconds(5)));
        var batches = Collect(host);
        var sink = host.Open();

        for (var round = 0; round < 3; round++)
        {
            sink.TryEmit(Sample.Accounting());
            host.Clock.Advance(TimeSpan.FromSeconds(4.9));
            batches.Reader.Count.Should().Be(0);
            host.Clock.Advance(TimeSpan.FromSeconds(0.1));
            (await batches.Reader.ReadAsync()).Should().HaveCount(1);
            await sink.FlushAsync();
        }

        for (var i = 0; i < 7; i++)
        {
            sink.TryEmit(Sample.Accounting());
        }

        // How many records a batch finds depends on when it is taken; none is larger than it may be.
        var sizes = new List<int>();
        while (sizes.Sum() < 6)
        {
            sizes.Add((await batches.Reader.ReadAsync()).Length);
        }

        sizes.Should().OnlyContain(size => size <= 3);
        await sink.FlushAsync();
        sink.GetStatistics().Written.Should().Be(10);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_flush_waits_for_nothing_that_came_after_it_and_for_all_that_came_before()
    {
        await using var host = new SinkHost(options => (options.BatchSize, options.Accounting.MaxRecords, options.Diagnostic.MaxRecords) = (4, 1, 4));
        var sink = host.Open();
        var first = host.Faults.Hold(TelemetryStoreCall.Write);
        for (var i = 0; i < 4; i++)
        {
            sink.TryEmit(Sample.Diagnostic());
        }

        await first.Reached;
        var flush = sink.FlushAsync().AsTask();

        // These come later, and are displaced while those from before are still on their way.
        for (var i = 0; i < 4; i++)
        {
            sink.TryEmit(Sample.Diagnostic());
        }

        for (var i = 0; i < 5; i++)
        {
            sink.TryEmit(Sample.Accounting());
        }

        sink.GetStatistics().GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced).Should().Be(4);
        flush.IsCompleted.Should().BeFalse("the batch from before it has not been written");
        var second = host.Faults.Hold(TelemetryStoreCall.Write);
        first.Open();
        await flush;
        await second.Reached;
        sink.GetStatistics().Pending.Should().Be(5);
        second.Open();
        await sink.FlushAsync();
        sink.GetStatistics().Pending.Should().Be(0);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_flush_that_is_given_up_leaves_the_records_to_be_written()
    {
        await using var host = new SinkHost();
        var sink = host.Open();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        sink.TryEmit(Sample.Accounting());
        using var source = new CancellationTokenSource();
        var flush = sink.FlushAsync(source.Token).AsTask();
        await gate.Reached;

        await source.CancelAsync();

        await FluentActions.Awaiting(() => flush).Should().ThrowAsync<OperationCanceledException>();
        gate.Open();
        await sink.FlushAsync();
        sink.GetStatistics().Written.Should().Be(1);
    }

    [Theory(Timeout = SinkHost.TimeLimit)]
    [MemberData(nameof(Outages))]
    public async Task An_outage_is_waited_out_however_long_it_is_and_logged_once(Exception outage)
    {
        await using var host = new SinkHost();
        var sink = host.Open();
        host.Faults.FailBefore(TelemetryStoreCall.Write, 40, outage);
        sink.TryEmit(Sample.Accounting());

        await host.DriveAsync(sink.FlushAsync().AsTask());

        sink.GetStatistics().Written.Should().Be(1);
        sink.GetStatistics().DroppedTotal.Should().Be(0);
        host.Logs.Entries.Where(entry => entry.Level > LogLevel.Debug).Select(entry => entry.Id).Should().Equal(5000, 5002);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_write_that_takes_too_long_is_given_up_and_repeated()
    {
        await using var host = new SinkHost(options => options.WriteTimeout = TimeSpan.FromSeconds(3));
        var sink = host.Open();
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        sink.TryEmit(Sample.Accounting());
        var flush = sink.FlushAsync().AsTask();
        await gate.Reached;
        var again = host.Faults.Hold(TelemetryStoreCall.Write);

        while (!again.Reached.IsCompleted)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        again.Open();
        await host.DriveAsync(flush);
        sink.GetStatistics().Written.Should().Be(1);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_store_whose_error_nobody_knows_loses_one_record_and_not_the_batch()
    {
        await using var host = new SinkHost();
        var bad = Sample.Accounting();
        var sink = host.Open(new BrokenStore(host.Store, bad.Id));
        for (var i = 0; i < 50; i++)
        {
            sink.TryEmit(i == 20 ? bad : Sample.Accounting());
        }

        await host.DriveAsync(sink.FlushAsync().AsTask());

        sink.GetStatistics().Written.Should().Be(49);
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(1);
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 5003).Which.Text.Should().NotContain(bad.Id.ToString());
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_batch_in_which_all_is_refused_blocks_nothing_and_is_logged_once()
    {
        await using var host = new SinkHost(options => options.BatchSize = 64);
        var sink = host.Open();
        for (var i = 0; i < 64; i++)
        {
            var record = Sample.Accounting();
            host.Faults.Poison(record.Id);
            sink.TryEmit(record);
        }

        await sink.FlushAsync();
        sink.TryEmit(Sample.Accounting());
        await sink.FlushAsync();

        sink.GetStatistics().Written.Should().Be(1);
        sink.GetStatistics().GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(64);
        host.Logs.Entries.Count(entry => entry.Id == 5003).Should().BeInRange(1, 2);
    }

    [Theory(Timeout = SinkHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_closing_sink_cannot_write_in_time_is_counted_by_lane(bool heedsCancellation)
    {
        await using var host = new SinkHost(options => (options.BatchSize, options.CloseTimeout) = (4, TimeSpan.FromSeconds(5)));
        ITelemetryStore store = new FaultInjectingTelemetryStore(host.Store, host.Faults);
        var sink = host.Open(heedsCancellation ? store : new DeafStore(store));
        var gate = host.Faults.Hold(TelemetryStoreCall.Write);
        for (var i = 0; i < 10; i++)
        {
            sink.TryEmit(i % 2 == 0 ? Sample.Accounting() : Sample.Diagnostic());
        }

        await gate.Reached;
        var flush = sink.FlushAsync().AsTask();
        var closing = sink.DisposeAsync().AsTask();
        sink.TryEmit(Sample.Accounting()).Should().BeFalse();
        closing.IsCompleted.Should().BeFalse();
        await host.DriveAsync(closing);
        await flush;

        var statistics = sink.GetStatistics();
        statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Closed).Should().Be(6);
        statistics.GetDropped(TelemetryLane.Diagnostic, TelemetryDropReason.Closed).Should().Be(5);
        (statistics.Emitted, statistics.Pending, statistics.Written).Should().Be((11, 0, 0));
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 5004);
        gate.Open();
        sink.GetStatistics().Should().BeEquivalentTo(statistics, "what comes after the end changes nothing");
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_sink_that_is_closed_again_and_again_by_many_closes_once()
    {
        await using var host = new SinkHost();
        var sink = host.Open();
        sink.TryEmit(Sample.Accounting());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Task.Run(sink.Dispose) : Task.Run(() => sink.DisposeAsync().AsTask())));

        sink.GetStatistics().Written.Should().Be(1);
        await sink.FlushAsync();
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Its_abilities_are_the_stores_and_an_erasure_writes_first_what_waits()
    {
        await using var host = new SinkHost();
        var sink = host.Open();
        sink.TryEmit(Sample.Accounting());
        sink.TryEmit(Sample.Accounting() with { Tenant = "other" });

        sink.GetCapability<ITelemetryReader>().Should().NotBeNull();
        sink.GetCapability<ITelemetrySink>().Should().BeSameAs(sink);
        (await sink.GetCapability<ITelemetryErasure>()!.ForgetTenantAsync("acme")).Should().Be(1);
        (await host.Store.ReadAllAsync()).Should().ContainSingle().Which.Tenant.Should().Be("other");
        host.Open(new DeafStore(host.Store)).GetCapability<ITelemetryErasure>().Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Redis")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    public void A_name_that_can_be_no_tag_and_no_folder_is_refused(string name)
    {
        var act = () => new BufferedTelemetrySink(new RingTelemetryStore { Name = name });

        act.Should().Throw<ArgumentException>().WithMessage($"The telemetry store's name is '{name}'. Give it 1 to 64 lower-case letters*");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var act = () => new BufferedTelemetrySink(new RingTelemetryStore(), new TelemetryOptions { BatchSize = 0 });

        act.Should().Throw<OptionsValidationException>().WithMessage("Telemetry: BatchSize is 0. Give a value from 1 to 10000 records.");
    }

    private static System.Threading.Channels.Channel<TelemetryRecord[]> Collect(SinkHost host)
    {
        var batches = System.Threading.Channels.Channel.CreateUnbounded<TelemetryRecord[]>();
        host.Store.Wrote = batch => batches.Writer.TryWrite(batch);
        return batches;
    }

    private sealed class BrokenStore(ITelemetryStore inner, Guid bad) : ITelemetryStore
    {
        public string Name => inner.Name;

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) =>
            records.ToArray().Any(record => record.Id == bad) ? throw new FormatException("Nobody foresaw it.") : inner.WriteAsync(records, cancellationToken);
    }
}
