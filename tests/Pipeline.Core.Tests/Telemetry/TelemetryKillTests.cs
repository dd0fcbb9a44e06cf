using System.Globalization;
using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Accounting records outlive their process: it is killed with SIGKILL, and what it had taken is counted one by one.</summary>
public sealed class TelemetryKillTests
{
    [Theory(Timeout = SinkHost.TimeLimit)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Every_record_that_a_killed_process_had_taken_is_written_by_the_next_one(int threads)
    {
        using var folder = new TemporaryFolder();
        using var process = new SpillingProcess(folder.Path, file: "", threads, wanted: 3_000);
        var last = await process.KillAsync();

        var (store, statistics) = await RecoverAsync(folder);

        var records = await store.ReadAllAsync();
        statistics.Should().Be((0, records.Count, records.Count, 0, 0));
        AssertWhole(last, records.Select(record => (int.Parse(record.Tenant[1..], CultureInfo.InvariantCulture), record.RequestId!, record.Cost)));
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_process_that_is_killed_while_it_writes_loses_none_and_bills_none_twice()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "stored");
        for (var round = 0; round < 3; round++)
        {
            File.Delete(file);
            using var process = new SpillingProcess(folder.Path, file, threads: 1, wanted: 4_000);
            var last = await process.KillAsync();

            var (store, _) = await RecoverAsync(folder);

            // The next process writes to the same store, which has an id once however often it comes.
            var earlier = (await File.ReadAllLinesAsync(file)).Where(line => line.Length == 36).Select(Guid.Parse).ToHashSet();
            var later = (await store.ReadAllAsync()).Select(record => record.Id);
            var all = earlier.Union(later).Select(NumberOf).Order().ToArray();
            earlier.Should().NotBeEmpty("the process was killed in the middle of its work");
            all.Length.Should().BeInRange(last[0] + 1, last[0] + 2);
            all.Should().Equal(Enumerable.Range(0, all.Length));
        }
    }

    private static void AssertWhole(IReadOnlyDictionary<int, int> last, IEnumerable<(int Thread, string Number, decimal? Cost)> records)
    {
        var threads = records.GroupBy(record => record.Thread).ToDictionary(group => group.Key, group => group.ToList());
        threads.Keys.Should().Contain(last.Keys);
        foreach (var (thread, found) in threads)
        {
            // One more can have been taken whose number the process did not live to print.
            found.Count.Should().BeInRange(last.GetValueOrDefault(thread, -1) + 1, last.GetValueOrDefault(thread, -1) + 2);
            found.Select(record => int.Parse(record.Number, CultureInfo.InvariantCulture)).Order().Should().Equal(Enumerable.Range(0, found.Count));
            found.Sum(record => record.Cost).Should().Be(Enumerable.Range(0, found.Count).Sum(number => number * 0.000001m));
        }
    }

    private static int NumberOf(Guid id) => BitConverter.ToInt32(id.ToByteArray());

    private static async Task<(RingTelemetryStore Store, (long Emitted, long Recovered, long Written, long Pending, long Dropped) Statistics)> RecoverAsync(
        TemporaryFolder folder)
    {
        var store = new RingTelemetryStore { Name = "file" };
        var options = new TelemetryOptions { Spill = new TelemetrySpillOptions { Directory = folder.Path } };
        await using var sink = new BufferedTelemetrySink(store, options);
        await sink.FlushAsync();
        return (store, TelemetrySpillTests.Statistics(sink));
    }
}
