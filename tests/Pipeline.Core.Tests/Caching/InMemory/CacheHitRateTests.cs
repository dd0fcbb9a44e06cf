using System.Globalization;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Caching;

/// <summary>The eviction against plain LRU. All traces are the same in each run, so the figures are, too.</summary>
public sealed class CacheHitRateTests(ITestOutputHelper output)
{
    private const int Keys = 100_000;
    private const int Requests = 600_000;

    [Theory]
    [InlineData(0.9, 1_000)]
    [InlineData(0.9, 10_000)]
    [InlineData(1.0, 1_000)]
    [InlineData(1.0, 10_000)]
    public void A_skewed_trace_hits_at_least_as_often(double skew, int capacity)
    {
        var (ours, lru) = Measure($"Zipf {skew:F1}", Traces.Zipf(Keys, skew, Requests), capacity);

        ours.Should().BeGreaterThan(lru - 0.005);
    }

    [Theory]
    [InlineData(0.9, 1_000)]
    [InlineData(0.9, 10_000)]
    [InlineData(1.0, 1_000)]
    [InlineData(1.0, 10_000)]
    public void A_skewed_trace_with_scans_hits_clearly_more_often(double skew, int capacity)
    {
        var trace = Traces.WithScans(Traces.Zipf(Keys, skew, Requests), every: 4 * capacity, length: 2 * capacity);

        var (ours, lru) = Measure($"Zipf {skew:F1} with scans", trace, capacity);

        ours.Should().BeGreaterThan(lru + 0.05);
    }

    /// <summary>The price of the algorithm: what becomes popular must be asked for twice in a short time before it stays.</summary>
    [Theory]
    [InlineData(5, 0.005)]
    [InlineData(50, 0.025)]
    [InlineData(100, 0.075)]
    public void A_popularity_that_moves_on_fast_costs_some_hits(int drift, double atMost)
    {
        var (ours, lru) = Measure($"Zipf 0.9, drifting by {drift}", Traces.Zipf(Keys, 0.9, Requests, drift), 5_000);

        ours.Should().BeGreaterThan(lru - atMost);
    }

    [Fact]
    public void A_loop_that_is_a_little_too_long_still_hits()
    {
        var (ours, lru) = Measure("Loop", Traces.Loop(12_500, Requests), 10_000);

        lru.Should().Be(0);
        ours.Should().BeGreaterThan(0.5);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    public void A_skewed_trace_hits_as_often_when_bytes_are_what_bounds_the_cache(int capacity)
    {
        var (byEntries, _) = Measure("Zipf 1.0, by entries", Traces.Zipf(Keys, 1.0, Requests), capacity);
        var (byBytes, _) = Measure("Zipf 1.0, by bytes", Traces.Zipf(Keys, 1.0, Requests), capacity, entryBytes: 100, maxBytes: 100 * capacity);

        byBytes.Should().BeApproximately(byEntries, 0.005);
    }

    private (double Ours, double Lru) Measure(string name, IEnumerable<string> trace, int capacity, long entryBytes = 1, long? maxBytes = null)
    {
        var limits = new CacheMemoryOptions { MaxEntries = maxBytes is null ? capacity : int.MaxValue, MaxBytes = maxBytes ?? int.MaxValue };
        var store = new BoundedStore<TestEntry>(limits, new CacheClock(new ManualTimeProvider()));
        var lru = new LruCache(capacity);
        var (requests, ourHits, lruHits) = (0, 0, 0);
        foreach (var key in trace)
        {
            var isOurs = store.TryGet(key, out _);
            if (!isOurs)
            {
                store.Set(new TestEntry(key, entryBytes));
            }

            var isLrus = lru.TryGet(key);
            if (!isLrus)
            {
                lru.Add(key);
            }

            // A scan hits nowhere. What counts is what it does to the others.
            if (!Traces.IsScanned(key))
            {
                requests++;
                ourHits += isOurs ? 1 : 0;
                lruHits += isLrus ? 1 : 0;
            }
        }

        var rates = (Ours: (double)ourHits / requests, Lru: (double)lruHits / requests);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}, {capacity} entries: {rates.Ours:P1}, LRU {rates.Lru:P1}"));
        return rates;
    }
}
