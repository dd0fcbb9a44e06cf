using System.Diagnostics.Metrics;
using FluentAssertions;
using Xunit;

namespace Pipeline.Metrics;

public sealed class MetricsRecordingTests
{
    [Fact]
    public void A_measurement_allocates_nothing()
    {
        using var collected = new Collected();
        var histogram = collected.Meter.CreateHistogram<double>("test.duration", "s");
        var counter = collected.Meter.CreateCounter<long>("test.calls");
        object status = 200;
        Measure(10);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Measure(10_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Measure(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var tags = new System.Diagnostics.TagList { { "http.route", "/ask" }, { "http.response.status_code", status }, { "mode", "fast" } };
                histogram.Record(0.5, tags);
                counter.Add(1, tags);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_lost_while_many_threads_measure_new_and_known_series_and_somebody_collects()
    {
        const int Threads = 8;
        const int Each = 20_000;
        using var collected = new Collected();
        var counter = collected.Meter.CreateCounter<long>("test.calls");
        var histogram = collected.Meter.CreateHistogram<double>("test.size");
        using var ending = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!ending.IsCancellationRequested)
                collected.Read();
        });

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("k", i % 500));
                histogram.Record(2, new KeyValuePair<string, object?>("k", i % 3));
            }
        })));
        await ending.CancelAsync();
        await collecting;

        var samples = collected.Samples();
        samples.Count(static line => line.StartsWith("test_calls_total", StringComparison.Ordinal)).Should().Be(500);
        Sum(samples, "test_calls_total").Should().Be(Threads * Each);
        Sum(samples, "test_size_count").Should().Be(Threads * Each);
        Sum(samples, "test_size_sum").Should().Be(2 * Threads * Each);
    }

    [Fact]
    public void Series_beyond_the_bound_are_counted_together()
    {
        using var collected = new Collected(maxSeries: 3);
        var counter = collected.Meter.CreateCounter<long>("test.calls");
        for (var i = 0; i < 100; i++)
            counter.Add(1, new KeyValuePair<string, object?>("k", i));
        counter.Add(10, new KeyValuePair<string, object?>("k", 1));

        collected.Samples().Should().Equal(
            "test_calls_total{k=\"0\"} 1", "test_calls_total{k=\"1\"} 11", "test_calls_total{k=\"2\"} 1", "test_calls_total{otel_metric_overflow=\"true\"} 97");
    }

    [Fact]
    public void Observed_series_that_come_and_go_do_not_use_up_the_bound()
    {
        using var collected = new Collected(maxSeries: 3);
        var round = 0;
        collected.Meter.CreateObservableGauge("test.depth", () => new Measurement<int>(round, new KeyValuePair<string, object?>("q", round)));

        for (round = 1; round < 20; round++)
            collected.Samples().Should().Equal($"test_depth{{q=\"{round}\"}} {round}");
    }

    private static double Sum(string[] samples, string name) => samples
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
