using FluentAssertions;
using Pipeline.Conformance;
using Pipeline.Conformance.Telemetry.FaultInjection;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>
/// Costs are added, settled, repeated and corrected in random order, on several threads, over a store that fails: the totals are exact to the last
/// decimal, by every grouping, wherever they are read.
/// </summary>
public sealed class TelemetryMoneyTests
{
    private const decimal UnitsPerOne = 1_000_000_000_000m;

    [Theory(Timeout = SinkHost.TimeLimit * 2)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Totals_are_exact_to_the_last_decimal_whatever_the_order(bool spills)
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var folder = new TemporaryFolder();
            var random = new SeededRandom(seed);
            var entries = Enumerable.Range(0, 60).SelectMany(_ => Account(random)).ToArray();
            Shuffle(random, entries);
            var (ring, store, faults) = (new InMemoryTelemetry(), new RingTelemetryStore(), new TelemetryStoreFaults());
            var options = new TelemetryOptions { BatchSize = random.Between(1, 40), WriteTimeout = EagerClock.Deadline, CloseTimeout = EagerClock.Deadline };
            options.Spill.Directory = spills ? folder.Path : null;
            await using var sink = new BufferedTelemetrySink(new FaultInjectingTelemetryStore(store, faults), options, new EagerClock());
            for (var i = 0; i < 10; i++)
            {
                (random.Chance(50) ? faults.FailBefore : (Action<TelemetryStoreCall, int, Exception?>)faults.FailAfter)(TelemetryStoreCall.Write, 1, null);
            }

            await SideBySide.RunAsync(3, thread =>
            {
                for (var i = thread; i < entries.Length; i += 3)
                {
                    (ring.TryEmit(entries[i]) && sink.TryEmit(entries[i])).Should().BeTrue();
                }

                return Task.CompletedTask;
            });
            await sink.FlushAsync();

            var distinct = entries.DistinctBy(entry => entry.Id).ToArray();
            await CompareAsync(ring, distinct, seed);
            await CompareAsync(sink.GetCapability<ITelemetryReader>()!, distinct, seed);
        }
    }

    /// <summary>A call; now and then the same again, as after a lost answer; and what its cost turned out to be, in any number of steps.</summary>
    private static IEnumerable<TelemetryRecord> Account(SeededRandom random)
    {
        var call = Sample.Accounting(random.Chance(20) ? null : Amount(random)) with
        {
            Step = random.Pick(["answer", "embed"]),
            Tenant = random.Pick(["acme", "other"]),
            Model = random.Pick([null, "large", "small"]),
            CostAvoided = random.Chance(30) ? Amount(random) : 0,
        };
        for (var i = random.Between(1, 3); i > 0; i--)
        {
            yield return call;
        }

        for (var i = random.Next(4); i > 0; i--)
        {
            var correction = call with
            {
                Id = Guid.NewGuid(), CorrectionOf = call.Id, Cost = random.Chance(50) ? Amount(random) : -Amount(random), CostAvoided = -Amount(random),
            };
            yield return correction;
            if (random.Chance(30))
            {
                yield return correction;
            }
        }
    }

    private static decimal Amount(SeededRandom random) => random.Next(10) switch
    {
        0 => TelemetryRecord.MaxCost,
        1 => 0.000000000001m,
        2 => TelemetryRecord.MaxCost - 0.000000000001m,
        _ => new decimal(random.Next(int.MaxValue), random.Next(1_000), 0, isNegative: false, (byte)random.Between(4, 12)),
    };

    private static void Shuffle(SeededRandom random, TelemetryRecord[] entries)
    {
        for (var i = entries.Length - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (entries[i], entries[other]) = (entries[other], entries[i]);
        }
    }

    private static async Task CompareAsync(ITelemetryReader reader, TelemetryRecord[] records, ulong seed)
    {
        foreach (var grouping in Enumerable.Range(0, 8).Select(value => (TelemetryGrouping)value))
        {
            var report = await reader.SummarizeAsync(Sample.Everything with { GroupBy = grouping });
            var expected = records
                .GroupBy(record => (
                    grouping.HasFlag(TelemetryGrouping.Step) ? record.Step : null,
                    grouping.HasFlag(TelemetryGrouping.Model) ? record.Model : null,
                    grouping.HasFlag(TelemetryGrouping.Tenant) ? record.Tenant : null))
                .ToDictionary(group => group.Key, group => (Units(group, record => record.Cost ?? 0), Units(group, record => record.CostAvoided)));
            var actual = report.Rows.ToDictionary(row => (row.Step, row.Model, row.Tenant), row => (Units(row.Cost), Units(row.CostAvoided)));
            actual.Should().Equal(expected, "of seed {0}, by {1}", seed, grouping);
        }
    }

    private static Int128 Units(IEnumerable<TelemetryRecord> records, Func<TelemetryRecord, decimal> amount) =>
        records.Aggregate(Int128.Zero, (sum, record) => checked(sum + Units(amount(record))));

    // In two parts, since a decimal cannot hold a large sum in such small units.
    private static Int128 Units(decimal amount) =>
        ((Int128)decimal.Truncate(amount) * (Int128)UnitsPerOne) + (Int128)((amount - decimal.Truncate(amount)) * UnitsPerOne);
}
