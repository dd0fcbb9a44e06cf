using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TelemetryDropCountersTests
{
    [Fact]
    public void Each_lane_and_reason_has_a_counter_of_its_own()
    {
        var counters = new TelemetryDropCounters();
        var next = 1;
        foreach (var lane in Enum.GetValues<TelemetryLane>())
        {
            foreach (var reason in Enum.GetValues<TelemetryDropReason>())
            {
                counters.Add(lane, reason, next++);
            }
        }

        counters.ReadAll().Select(drop => drop.Count).Should().Equal(Enumerable.Range(1, next - 1).Select(count => (long)count));
        counters.Read(TelemetryLane.Diagnostic, TelemetryDropReason.Closed).Should().Be(next - 1);
    }

    [Fact]
    public void What_is_zero_is_left_out()
    {
        var counters = new TelemetryDropCounters();
        counters.Add(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced);

        counters.ReadAll().Should().Equal(new TelemetryDropCount(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced, 1));
    }

    [Fact]
    public void Concurrent_losses_are_all_counted()
    {
        var counters = new TelemetryDropCounters();

        Parallel.For(0, 10_000, _ => counters.Add(TelemetryLane.Accounting, TelemetryDropReason.CountLimit));

        counters.Read(TelemetryLane.Accounting, TelemetryDropReason.CountLimit).Should().Be(10_000);
    }

    [Theory]
    [InlineData(2, 0, 1, "lane")]
    [InlineData(-1, 0, 1, "lane")]
    [InlineData(0, 7, 1, "reason")]
    [InlineData(0, 0, -1, "count")]
    public void What_no_enumeration_names_and_negative_counts_are_refused(int lane, int reason, long count, string argument)
    {
        var act = () => new TelemetryDropCounters().Add((TelemetryLane)lane, (TelemetryDropReason)reason, count);

        act.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be(argument);
    }

    [Fact]
    public void Statistics_add_up_what_was_dropped()
    {
        var statistics = new TelemetrySinkStatistics
        {
            Emitted = 10,
            Written = 3,
            Pending = 1,
            Dropped =
            [
                new(TelemetryLane.Accounting, TelemetryDropReason.Refused, 2),
                new(TelemetryLane.Diagnostic, TelemetryDropReason.Refused, 4),
            ],
        };

        statistics.DroppedTotal.Should().Be(6);
        statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Refused).Should().Be(2);
        statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.Closed).Should().Be(0);
    }
}
