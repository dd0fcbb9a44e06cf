using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Redis.Caching;

public sealed class KnownGenerationsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void What_is_not_known_is_unknown_and_what_is_known_is_judged()
    {
        var known = new KnownGenerations(_time);
        known.Note(known.Current, "t", 5);

        known.Judge([new("t", 5)]).Should().Be(TagVerdict.Current);
        known.Judge([new("t", 6)]).Should().Be(TagVerdict.Current);
        known.Judge([new("t", 4)]).Should().Be(TagVerdict.Outdated);
        known.Judge([new("u", 5)]).Should().Be(TagVerdict.Unknown);
        known.Judge([new("t", 5), new("u", 5)]).Should().Be(TagVerdict.Unknown);
        known.Judge([new("a", 5), new("t", 4), new("u", 5)]).Should().Be(TagVerdict.Outdated);
    }

    [Fact]
    public void Generations_only_grow()
    {
        var known = new KnownGenerations(_time);
        known.Raise("t", 7);
        known.Note(known.Current, "t", 5);

        known.Judge([new("t", 6)]).Should().Be(TagVerdict.Outdated);
    }

    [Fact]
    public void What_nobody_told_again_for_long_is_read_again()
    {
        var known = new KnownGenerations(_time);
        known.Raise("t", 5);
        _time.Advance(KnownGenerations.ConfirmAfter - TimeSpan.FromTicks(1));
        known.Judge([new("t", 5)]).Should().Be(TagVerdict.Current);
        _time.Advance(TimeSpan.FromTicks(1));
        known.Judge([new("t", 5)]).Should().Be(TagVerdict.Unknown);
        known.Judge([new("t", 4)]).Should().Be(TagVerdict.Outdated);

        known.Note(known.Current, "t", 5);
        known.Judge([new("t", 5)]).Should().Be(TagVerdict.Current);
    }

    [Fact]
    public void What_is_in_use_is_remembered_while_others_are_forgotten()
    {
        var known = new KnownGenerations(_time, capacity: 10);
        known.Raise("used", 5);
        known.Raise("unused", 5);
        for (var i = 0; i < 100; i++)
        {
            known.Raise($"{i}", 1);
            known.Judge([new("used", 5)]).Should().Be(TagVerdict.Current);
        }

        known.Judge([new("unused", 5)]).Should().Be(TagVerdict.Unknown);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(15)]
    [InlineData(25)]
    [InlineData(100)]
    public void What_was_read_before_an_invalidation_never_stands_alone(int others)
    {
        var known = new KnownGenerations(_time, capacity: 10);
        var page = known.Current;
        for (var i = 0; i < others; i++)
            known.Raise($"{i}", 1);
        known.Raise("t", 7);
        for (var i = 0; i < others; i++)
            known.Raise($"{i} more", 1);

        known.Note(page, "t", 5);

        known.Judge([new("t", 5)]).Should().NotBe(TagVerdict.Current);
    }
}
