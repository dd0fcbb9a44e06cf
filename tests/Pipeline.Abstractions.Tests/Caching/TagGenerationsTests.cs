using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class TagGenerationsTests
{
    [Fact]
    public void They_are_ordered_by_tag_and_compared_by_content()
    {
        TagGenerations one = [new("b", 2), new("a", 1)];
        TagGenerations same = [new("a", 1), new("b", 2)];
        TagGenerations other = [new("a", 1), new("b", 3)];

        one.Select(tag => tag.Tag).Should().Equal("a", "b");
        one.Equals(same).Should().BeTrue();
        one.GetHashCode().Should().Be(same.GetHashCode());
        one.Equals(other).Should().BeFalse();
    }

    [Fact]
    public void No_tags_are_always_the_same_object() => TagGenerations.Create([]).Should().BeSameAs(TagGenerations.None);

    [Fact]
    public void The_given_array_is_not_kept()
    {
        TagGeneration[] source = [new("a", 1)];
        var tags = TagGenerations.Create(source);

        source[0] = new("z", 9);

        tags[0].Should().Be(new TagGeneration("a", 1));
    }

    [Fact]
    public void A_tag_that_appears_twice_is_refused()
    {
        var act = () => TagGenerations.Create(new("a", 1), new("b", 1), new("a", 2));

        act.Should().Throw<ArgumentException>().WithMessage("*appears twice*");
    }

    [Fact]
    public void A_default_value_is_refused()
    {
        var act = () => TagGenerations.Create(new("a", 1), default);

        act.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Sixty_four_tags_are_accepted_and_one_more_is_refused()
    {
        var tags = Enumerable.Range(0, TagGenerations.MaxTags + 1).Select(i => new TagGeneration($"t{i}", 1)).ToArray();

        var act = () => TagGenerations.Create(tags);

        act.Should().Throw<ArgumentException>().WithMessage("*65 tags. Give at most 64.*");
        TagGenerations.Create(tags.AsSpan(1)).Count.Should().Be(64);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public void A_tag_that_cannot_be_stored_is_refused(string tag)
    {
        var act = () => new TagGeneration(tag, 1);

        act.Should().Throw<ArgumentException>().WithParameterName(nameof(tag));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_generation_below_one_is_refused(long generation)
    {
        var act = () => new TagGeneration("a", generation);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(generation));
    }

    [Fact]
    public void Each_tag_is_found_and_no_other()
    {
        TagGenerations tags = [new("b", 2), new("d", 4), new("f", 6)];

        foreach (var (tag, expected) in new[] { ("a", 0L), ("b", 2), ("c", 0), ("d", 4), ("e", 0), ("f", 6), ("g", 0), ("B", 0) })
        {
            tags.TryGetGeneration(tag, out var generation).Should().Be(expected != 0, tag);
            generation.Should().Be(expected, tag);
        }
    }

    [Fact]
    public void An_entry_without_tags_is_always_valid() => TagGenerations.None.AreCurrent(TagGenerations.None).Should().BeTrue();

    [Fact]
    public void An_entry_is_valid_while_no_tag_has_a_greater_generation()
    {
        TagGenerations entry = [new("a", 5), new("b", 5)];

        entry.AreCurrent([new("a", 5), new("b", 5), new("c", 9)]).Should().BeTrue();
        entry.AreCurrent([new("a", 5), new("b", 6)]).Should().BeFalse("b was invalidated since");
    }

    [Fact]
    public void An_entry_that_knows_of_a_later_invalidation_than_its_reader_is_valid()
    {
        TagGenerations entry = [new("a", 6)];

        entry.AreCurrent([new("a", 5)]).Should().BeTrue();
    }

    [Fact]
    public void A_lost_counter_means_invalid()
    {
        TagGenerations entry = [new("a", 5), new("b", 5)];

        entry.AreCurrent([new("a", 5)]).Should().BeFalse();
    }

    [Fact]
    public void Enumerating_judging_and_finding_allocate_nothing()
    {
        TagGenerations tags = [new("a", 1), new("b", 2)];
        long sum = 0;

        var bytes = Allocations.Of(() =>
        {
            foreach (ref readonly var tag in tags)
            {
                sum += tag.Generation;
            }

            sum += tags.AreCurrent(tags) ? 1 : 0;
        });

        sum.Should().BePositive();
        bytes.Should().Be(0);
    }
}
