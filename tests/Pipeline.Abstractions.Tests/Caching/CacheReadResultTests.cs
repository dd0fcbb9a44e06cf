using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheReadResultTests
{
    private static readonly DateTimeOffset FreshUntil = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset KeepUntil = FreshUntil.AddHours(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_default_result_found_nothing()
    {
        CacheReadResult result = default;

        result.Status.Should().Be(CacheReadStatus.Missing);
        result.IsFound.Should().BeFalse();
        result.IsFresh.Should().BeFalse();
        result.Length.Should().Be(0);
        result.RemainingKept.Should().Be(TimeSpan.Zero);
        result.Tags.Should().BeSameAs(TagGenerations.None);
    }

    [Fact]
    public void What_is_unreadable_is_not_found() => CacheReadResult.Unreadable.IsFound.Should().BeFalse();

    [Fact]
    public void The_moment_of_an_end_belongs_to_what_follows()
    {
        Judge(FreshUntil - Tick).Status.Should().Be(CacheReadStatus.Fresh);
        Judge(FreshUntil).Status.Should().Be(CacheReadStatus.Stale);
        Judge(KeepUntil - Tick).Status.Should().Be(CacheReadStatus.Stale);
        Judge(KeepUntil).Status.Should().Be(CacheReadStatus.Missing);
    }

    [Fact]
    public void A_fresh_result_says_how_long_it_is_good_for()
    {
        var result = Judge(FreshUntil.AddMinutes(-10));

        result.IsFound.Should().BeTrue();
        result.IsFresh.Should().BeTrue();
        result.Length.Should().Be(5);
        result.FreshUntil.Should().Be(FreshUntil);
        result.KeepUntil.Should().Be(KeepUntil);
        result.ReadAt.Should().Be(FreshUntil.AddMinutes(-10));
        result.RemainingFresh.Should().Be(TimeSpan.FromMinutes(10));
        result.RemainingKept.Should().Be(TimeSpan.FromMinutes(70));
        result.Tags.Should().Equal(new TagGeneration("a", 1));
    }

    [Fact]
    public void A_stale_result_is_found_and_has_no_fresh_time_left()
    {
        var result = Judge(FreshUntil.AddMinutes(20));

        result.IsFound.Should().BeTrue();
        result.IsFresh.Should().BeFalse();
        result.RemainingFresh.Should().Be(TimeSpan.Zero);
        result.RemainingKept.Should().Be(TimeSpan.FromMinutes(40));
    }

    [Fact]
    public void Times_compare_as_moments_whatever_their_offset() =>
        CacheReadResult.Judge(FreshUntil.ToOffset(TimeSpan.FromHours(5)), KeepUntil, FreshUntil - Tick, 0, TagGenerations.None).IsFresh.Should().BeTrue();

    [Fact]
    public void A_keep_time_before_the_fresh_time_is_refused()
    {
        var act = () => CacheReadResult.Judge(KeepUntil, FreshUntil, FreshUntil, 0, TagGenerations.None);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("keepUntil");
    }

    [Fact]
    public void A_negative_length_is_refused()
    {
        var act = () => CacheReadResult.Judge(FreshUntil, KeepUntil, FreshUntil, -1, TagGenerations.None);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("length");
    }

    private static CacheReadResult Judge(DateTimeOffset readAt) => CacheReadResult.Judge(FreshUntil, KeepUntil, readAt, 5, [new("a", 1)]);
}
