using System.Diagnostics.Metrics;
using FluentAssertions;
using Xunit;

namespace Pipeline.Metrics;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Collected _collected = new();

    private Meter Meter => _collected.Meter;

    [Fact]
    public void A_counter_is_written_in_the_older_format()
    {
        var counter = Meter.CreateCounter<long>("test.calls", "{call}", "Calls, \"good\" ones\nand \\ others.");
        counter.Add(2, Tag("b.c", "x"), Tag("a", true));
        counter.Add(3, Tag("a", true), Tag("b.c", "x"));

        _collected.Read().Should().Be(
            """
            # HELP test_calls_total Calls, "good" ones\nand \\ others.
            # TYPE test_calls_total counter
            test_calls_total{a="true",b_c="x"} 5

            """);
    }

    [Fact]
    public void A_counter_is_written_as_OpenMetrics()
    {
        Meter.CreateCounter<double>("test.time", "s", "The \"time\".").Add(1.5);

        _collected.Read(isOpenMetrics: true).Should().Be(
            """
            # HELP test_time_seconds The \"time\".
            # TYPE test_time_seconds counter
            # UNIT test_time_seconds seconds
            test_time_seconds_total 1.5
            # EOF

            """);
    }

    [Fact]
    public void A_histogram_has_the_buckets_that_are_advised_with_its_count_and_sum()
    {
        var histogram = Meter.CreateHistogram(
            "test.duration", "s", "D.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2.5] });
        foreach (var value in new[] { 0.5, 0.6, 1, 2, 100, double.NaN })
            histogram.Record(value, Tag("k", "v"));

        _collected.Read().Should().EndWith(
            """
            # TYPE test_duration_seconds histogram
            test_duration_seconds_bucket{k="v",le="0.5"} 1
            test_duration_seconds_bucket{k="v",le="1"} 3
            test_duration_seconds_bucket{k="v",le="2.5"} 4
            test_duration_seconds_bucket{k="v",le="+Inf"} 5
            test_duration_seconds_sum{k="v"} 104.1
            test_duration_seconds_count{k="v"} 5

            """);
        _collected.Read(isOpenMetrics: true).Should().Contain("le=\"1.0\"").And.Contain("le=\"+Inf\"").And.Contain("le=\"0.5\"");
    }

    [Fact]
    public void A_histogram_without_advice_has_buckets_that_fit_its_unit()
    {
        Meter.CreateHistogram<double>("test.a", "s").Record(1);
        Meter.CreateHistogram<int>("test.b", "{token}").Record(1);

        _collected.Read().Should().Contain("test_a_seconds_bucket{le=\"0.005\"} 0").And.Contain("test_a_seconds_bucket{le=\"10\"} 1")
            .And.Contain("test_b_bucket{le=\"0\"} 0").And.Contain("test_b_bucket{le=\"10000\"} 1");
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        Meter.CreateUpDownCounter<int>("test.level").Add(-7, Tag("k", "a\\b\"c\nd"), Tag("none", null), Tag("empty", ""), Tag("number", 1.5));

        _collected.Samples().Should().Equal("""test_level{k="a\\b\"c\nd",number="1.5"} -7""");
    }

    [Fact]
    public void Tags_whose_names_become_one_label_share_it()
    {
        Meter.CreateCounter<long>("test.calls").Add(1, Tag("a.b", "x"), Tag("a_b", "y"));

        _collected.Samples().Should().Equal("test_calls_total{a_b=\"x;y\"} 1");
    }

    [Fact]
    public void Instruments_of_one_name_are_one_family_and_add_up()
    {
        Meter.CreateCounter<long>("test.calls").Add(1);
        Meter.CreateObservableCounter("test.seen", static () => 2L);
        Meter.CreateObservableCounter("test.seen", static () => 3L);
        Meter.CreateCounter<long>("test.calls").Add(1);

        _collected.Samples().Should().Equal("test_calls_total 2", "test_seen_total 5");
        _collected.Samples().Should().Equal("test_calls_total 2", "test_seen_total 5");
    }

    [Fact]
    public void An_instrument_whose_name_is_taken_by_another_kind_is_not_shown()
    {
        Meter.CreateHistogram<double>("test.calls").Record(1);
        Meter.CreateUpDownCounter<long>("test.calls", "{call}").Add(1);

        _collected.Read().Should().Contain("test_calls_count 1").And.NotContain("gauge");
    }

    [Fact]
    public void What_is_no_longer_observed_is_no_longer_shown()
    {
        List<Measurement<double>> seen = [new(1, Tag("q", "a")), new(2, Tag("q", "b"))];
        Meter.CreateObservableGauge("test.depth", () => seen);
        _collected.Samples().Should().Equal("test_depth{q=\"a\"} 1", "test_depth{q=\"b\"} 2");

        seen.RemoveAt(0);

        _collected.Samples().Should().Equal("test_depth{q=\"b\"} 2");
    }

    [Fact]
    public void A_gauge_has_its_last_value()
    {
        var gauge = Meter.CreateGauge<double>("test.temperature", "Cel");
        gauge.Record(1);
        gauge.Record(double.PositiveInfinity);

        _collected.Samples().Should().Equal("test_temperature_celsius +Inf");
    }

    [Fact]
    public void An_observable_instrument_that_throws_takes_no_other_with_it()
    {
        Meter.CreateObservableGauge("test.a", static int () => throw new InvalidOperationException("no"));
        Meter.CreateObservableGauge("test.b", static () => 4);

        _collected.Samples().Should().Equal("test_b 4");
    }

    [Fact]
    public void Only_the_chosen_meters_of_this_application_are_shown()
    {
        using var others = new Collected();
        others.Meter.CreateCounter<long>("test.theirs").Add(1);
        _collected.Other.CreateCounter<long>("other.calls").Add(1);
        Meter.CreateCounter<long>("test.ours").Add(1);

        _collected.Samples().Should().Equal("test_ours_total 1");
    }

    [Fact]
    public void An_instruments_own_tags_are_labels_too()
    {
        Meter.CreateCounter<long>("test.calls", unit: null, description: null, tags: [Tag("zone", "z")]).Add(1, Tag("a", 1));

        _collected.Samples().Should().Equal("test_calls_total{a=\"1\",zone=\"z\"} 1");
    }

    public void Dispose() => _collected.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
