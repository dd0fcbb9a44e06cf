using FluentAssertions;
using Quickstart.Display;
using Xunit;

namespace Quickstart;

public sealed class PercentilesTests
{
    [Fact]
    public void A_percentile_is_the_least_time_that_so_many_did_not_exceed() =>
        Percentiles.Of(Enumerable.Range(1, 200).Reverse().Select(ms => TimeSpan.FromMilliseconds(ms)))
            .Should().Be(new Percentiles(200, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(190), TimeSpan.FromMilliseconds(198)));

    [Fact]
    public void One_time_is_every_percentile()
    {
        var time = TimeSpan.FromMilliseconds(3);

        Percentiles.Of([time]).Should().Be(new Percentiles(1, time, time, time));
    }

    [Fact]
    public void Of_no_times_there_is_zero() => Percentiles.Of([]).Should().Be(new Percentiles(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));
}
