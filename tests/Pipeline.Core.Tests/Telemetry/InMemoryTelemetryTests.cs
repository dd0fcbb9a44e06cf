using FluentAssertions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class InMemoryTelemetryTests
{
    [Fact]
    public async Task A_full_ring_forgets_its_oldest_and_says_since_when_it_is_whole()
    {
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = 3 });
        var records = Enumerable.Range(0, 5).Select(i => Sample.Accounting(1, Sample.Noon.AddSeconds(i))).ToArray();
        foreach (var record in records[..3])
        {
            ring.TryEmit(record);
        }

        (await ring.SummarizeAsync(Sample.Everything)).CompleteSince.Should().BeNull("nothing was forgotten");
        ring.TryEmit(records[3]);
        ring.TryEmit(records[4]);

        var report = await ring.SummarizeAsync(Sample.Everything);
        report.Rows.Single().Calls.Should().Be(3);
        report.CompleteSince.Should().Be(records[1].Time.AddMicroseconds(1));
        (await ReadAsync(ring)).Should().Equal(records[4], records[3], records[2]);
        TelemetrySpillTests.Statistics(ring).Should().Be((5, 0, 5, 0, 0), "what is forgotten is no drop");
    }

    [Fact]
    public async Task A_record_from_the_future_that_is_forgotten_moves_what_is_whole_behind_it()
    {
        // A wall clock that was set back: the record that came first has the latest time.
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = 2 });
        var ahead = Sample.Accounting(1, Sample.Noon.AddHours(1));
        ring.TryEmit(ahead);
        for (var i = 0; i < 5; i++)
        {
            ring.TryEmit(Sample.Accounting(1, Sample.Noon.AddSeconds(-i)));
        }

        var report = await ring.SummarizeAsync(Sample.Everything);
        report.CompleteSince.Should().Be(ahead.Time.AddMicroseconds(1));
        (await ReadAsync(ring)).Select(record => record.Time).Should().BeInDescendingOrder();

        ring.TryEmit(Sample.Accounting(1, DateTimeOffset.MaxValue));
        ring.TryEmit(Sample.Accounting());
        ring.TryEmit(Sample.Accounting());
        (await ring.SummarizeAsync(Sample.Everything)).CompleteSince.Should().Be(DateTimeOffset.MaxValue);
    }

    [Fact]
    public async Task Bytes_bound_it_as_well()
    {
        const int OneMiB = 1024 * 1024;
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxBytes = OneMiB });
        var each = Sample.Large(default).ApproximateBytes;
        for (var i = 0; i < 100; i++)
        {
            ring.TryEmit(Sample.Large(default) with { Time = Sample.Noon.AddSeconds(i) });
        }

        (await ReadAsync(ring)).Should().HaveCount(OneMiB / each);
        ring.TryEmit(Sample.Accounting());
        (await ReadAsync(ring)).Should().HaveCount((OneMiB / each) + 1, "the small one still fits in");
    }

    [Fact]
    public async Task A_record_that_comes_again_counts_once_also_when_the_first_is_forgotten()
    {
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = 3 });
        var record = Sample.Accounting(1);
        ring.TryEmit(record);
        ring.TryEmit(record with { Cost = 5 });
        ring.TryEmit(Sample.Accounting(10));
        (await ring.SummarizeAsync(Sample.Everything)).Rows.Single().Cost.Should().Be(11, "the first counts");

        ring.TryEmit(record);
        (await ring.SummarizeAsync(Sample.Everything)).Rows.Single().Calls.Should().Be(2);
        (await ReadAsync(ring)).Should().HaveCount(2);
        (await ring.ForgetTenantAsync("acme")).Should().Be(2);
        (await ReadAsync(ring)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_erased_makes_no_report_less_whole_and_leaves_room()
    {
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = 4 });
        for (var i = 0; i < 4; i++)
        {
            ring.TryEmit(Sample.Accounting(1) with { Tenant = i % 2 == 0 ? "acme" : "other" });
        }

        (await ring.ForgetTenantAsync("acme")).Should().Be(2);
        ring.TryEmit(Sample.Accounting(1) with { Tenant = "other" });

        var report = await ring.SummarizeAsync(Sample.Everything);
        report.CompleteSince.Should().BeNull();
        report.Rows.Single().Calls.Should().Be(3);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Reports_are_whole_or_say_so_while_the_ring_turns_under_them()
    {
        const int Kept = 1_000;
        var ring = new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = Kept });
        var isOver = 0;
        var emitting = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; Volatile.Read(ref isOver) == 0; i++)
                {
                    ring.TryEmit(Sample.Accounting(1, DateTimeOffset.UnixEpoch.AddSeconds(i)));
                }
            },
            TaskCreationOptions.LongRunning);

        for (var round = 0; round < 300; round++)
        {
            var before = ring.GetStatistics().Written;
            var report = await ring.SummarizeAsync(Sample.Everything);
            var row = report.Rows.Single();
            row.Calls.Should().BeLessThanOrEqualTo(Kept);
            row.Cost.Should().Be(row.Calls);

            // The n-th record has second n: from CompleteSince on, all that were there before the report have to be in it.
            var from = report.CompleteSince is { } since ? (long)Math.Ceiling((since - DateTimeOffset.UnixEpoch).TotalSeconds) : 0;
            row.Calls.Should().BeGreaterThanOrEqualTo(before - from);
            var read = await ReadAsync(ring);
            read.Select(record => record.Id).Should().OnlyHaveUniqueItems();
        }

        Volatile.Write(ref isOver, 1);
        await emitting;
    }

    [Theory]
    [InlineData(0, 2_000_000, "Telemetry: Memory:MaxRecords is 0. Give a value from 1 to 1000000 records.")]
    [InlineData(1_000_001, 2_000_000, "Telemetry: Memory:MaxRecords is 1000001.*")]
    [InlineData(1, 1_000, "Telemetry: Memory:MaxBytes is 1000. Give a value from 1048576 to 68719476736 bytes.")]
    public void Bounds_out_of_range_are_refused(int records, long bytes, string message)
    {
        var act = () => new InMemoryTelemetry(new TelemetryMemoryOptions { MaxRecords = records, MaxBytes = bytes });

        act.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    private static async Task<List<TelemetryRecord>> ReadAsync(InMemoryTelemetry ring)
    {
        List<TelemetryRecord> records = [];
        await foreach (var record in ring.ReadAsync(Sample.Everything))
        {
            records.Add(record);
        }

        return records;
    }
}
