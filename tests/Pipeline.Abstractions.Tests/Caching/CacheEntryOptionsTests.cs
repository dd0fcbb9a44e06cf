using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheEntryOptionsTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static TheoryData<TimeSpan> DurationsThatAreNone => new()
    {
        TimeSpan.FromTicks(-1),
        TimeSpan.MinValue,
        CacheEntryOptions.MaxDuration + TimeSpan.FromTicks(1),
        TimeSpan.MaxValue,
        Timeout.InfiniteTimeSpan,
    };

    public static TheoryData<TimeSpan> DurationsThatAreTooShort => new() { TimeSpan.Zero, TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond - 1) };

    [Fact]
    public void Nothing_is_kept_stale_slides_or_is_announced_by_default()
    {
        var options = new CacheEntryOptions { FreshFor = Hour };

        options.StaleFor.Should().Be(TimeSpan.Zero);
        options.SlidingWindow.Should().BeNull();
        options.Tags.Should().BeSameAs(TagGenerations.None);
        options.AnnounceChange.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(DurationsThatAreNone))]
    [MemberData(nameof(DurationsThatAreTooShort))]
    public void A_fresh_time_out_of_range_is_refused(TimeSpan duration)
    {
        var act = () => new CacheEntryOptions { FreshFor = duration };

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("FreshFor").WithMessage("FreshFor is *Give a duration from 1 millisecond to 3650 days.*");
    }

    [Theory]
    [MemberData(nameof(DurationsThatAreNone))]
    [MemberData(nameof(DurationsThatAreTooShort))]
    public void A_sliding_window_out_of_range_is_refused(TimeSpan duration)
    {
        var act = () => new CacheEntryOptions { FreshFor = Hour, SlidingWindow = duration };

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("SlidingWindow");
    }

    [Theory]
    [MemberData(nameof(DurationsThatAreNone))]
    public void A_stale_time_out_of_range_is_refused(TimeSpan duration)
    {
        var act = () => new CacheEntryOptions { FreshFor = Hour, StaleFor = duration };

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("StaleFor").WithMessage("*from zero to 3650 days*");
    }

    [Fact]
    public void The_ends_of_the_ranges_are_accepted()
    {
        var shortest = new CacheEntryOptions { FreshFor = CacheEntryOptions.MinDuration, StaleFor = TimeSpan.Zero, SlidingWindow = CacheEntryOptions.MinDuration };
        var longest = new CacheEntryOptions
        {
            FreshFor = CacheEntryOptions.MaxDuration,
            StaleFor = CacheEntryOptions.MaxDuration,
            SlidingWindow = CacheEntryOptions.MaxDuration,
        };

        shortest.FreshFor.Should().Be(TimeSpan.FromMilliseconds(1));
        longest.StaleFor.Should().Be(TimeSpan.FromDays(3650));
    }

    [Fact]
    public void A_changed_copy_is_checked_too()
    {
        var preset = new CacheEntryOptions { FreshFor = Hour };

        var act = () => preset with { FreshFor = TimeSpan.Zero };

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Missing_tags_are_refused()
    {
        var act = () => new CacheEntryOptions { FreshFor = Hour, Tags = null! };

        act.Should().Throw<ArgumentNullException>();
    }
}
