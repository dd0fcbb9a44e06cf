using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

public sealed class CacheClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Start);

    [Fact]
    public void Milliseconds_follow_the_monotonic_clock_alone()
    {
        var clock = new CacheClock(_time);
        var before = clock.Now;
        _time.Advance(TimeSpan.FromMilliseconds(1_500.7));
        _time.SetUtcNow(Start.AddYears(-5));

        (clock.Now - before).Should().Be(1_500);
    }

    [Fact]
    public void Instants_are_named_by_the_wall_clock_and_follow_it_within_a_second()
    {
        var clock = new CacheClock(_time);
        clock.ToUtc(clock.Now + 2_000).Should().Be(Start.AddSeconds(2));

        _time.SetUtcNow(Start.AddDays(3));
        _time.Advance(TimeSpan.FromSeconds(1));

        clock.UtcNow.Should().Be(Start.AddDays(3).AddSeconds(1));
        clock.ToUtc(clock.Now - 1_000).Should().Be(Start.AddDays(3));
    }

    [Fact]
    public void A_wall_clock_that_ticks_a_little_apart_does_not_make_instants_wobble()
    {
        var clock = new CacheClock(_time);
        var instant = clock.Now + 60_000;
        var name = clock.ToUtc(instant);
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            _time.SetUtcNow(Start.AddSeconds(2 * (i + 1)).AddMilliseconds(i % 3 * 20));

            clock.ToUtc(instant).Should().Be(name);
        }
    }

    [Fact]
    public void A_wall_clock_at_either_end_of_time_breaks_nothing()
    {
        foreach (var end in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
        {
            _time.SetUtcNow(end);
            var clock = new CacheClock(_time);
            var twentyYears = (long)TimeSpan.FromDays(20 * 365).TotalMilliseconds;

            (clock.ToUtc(clock.Now + twentyYears) - clock.ToUtc(clock.Now - twentyYears)).Should().Be(TimeSpan.FromDays(40 * 365));
        }
    }

    [Fact]
    public void The_systems_time_is_told_to_the_second_at_least()
    {
        var clock = new CacheClock(TimeProvider.System);

        clock.UtcNow.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        clock.Now.Should().BeGreaterThanOrEqualTo(0);
    }
}
