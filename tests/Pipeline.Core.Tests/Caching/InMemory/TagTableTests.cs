using FluentAssertions;
using Xunit;

namespace Pipeline.Caching;

public sealed class TagTableTests
{
    private const int MostIdle = 100;

    private readonly TagTable _table = new(MostIdle, firstGeneration: 1_000);

    [Fact]
    public void A_tag_keeps_its_generation_until_it_is_invalidated()
    {
        var first = _table.Read("a");
        first.Should().BeGreaterThanOrEqualTo(1_000);
        _table.Invalidate("b");
        _table.Read("a").Should().Be(first);

        var second = _table.Invalidate("a");

        second.Should().BeGreaterThan(first);
        _table.Read("a").Should().Be(second);
    }

    [Fact]
    public void A_tag_whose_invalidation_was_forgotten_has_a_greater_number_than_that()
    {
        var generation = _table.Invalidate("a");
        _table.Read("a").Should().Be(generation);

        Flood();

        _table.Read("a").Should().BeGreaterThan(generation);
    }

    [Fact]
    public void Tags_that_nothing_carries_are_bounded_and_a_forgotten_one_counts_as_invalidated()
    {
        var tags = Generations("first");
        Flood();

        _table.Count.Should().Be(MostIdle);
        _table.AreCurrent(tags).Should().BeFalse();
        _table.Hold(tags).Should().BeNull();
        _table.Read("first").Should().BeGreaterThan(tags[0].Generation);
    }

    [Fact]
    public void A_tag_that_an_entry_carries_is_not_forgotten()
    {
        var tags = Generations("first", "second");
        var held = _table.Hold(tags)!;
        Flood();

        _table.AreCurrent(tags).Should().BeTrue();
        _table.Count.Should().BeLessThanOrEqualTo(MostIdle + 2);

        _table.Release(held);
        Flood();
        _table.AreCurrent(tags).Should().BeFalse();
        _table.Count.Should().Be(MostIdle);
    }

    [Fact]
    public void A_tag_that_two_entries_carry_is_held_until_both_have_left()
    {
        var tags = Generations("first");
        var held = _table.Hold(tags)!;
        _table.Release(_table.Hold(tags)!);
        Flood();
        _table.AreCurrent(tags).Should().BeTrue();

        _table.Release(held);
        Flood();

        _table.AreCurrent(tags).Should().BeFalse();
    }

    [Fact]
    public void A_tag_whose_entries_come_and_go_takes_no_others_place()
    {
        var first = _table.Read("first");
        var tags = Generations("second");
        for (var i = 0; i < 10 * MostIdle; i++)
        {
            _table.Release(_table.Hold(tags)!);
        }

        _table.Read("first").Should().Be(first);
        _table.AreCurrent(tags).Should().BeTrue();
    }

    [Fact]
    public void A_tag_that_is_asked_for_now_and_then_is_remembered()
    {
        var first = _table.Read("popular");
        for (var i = 0; i < 20 * MostIdle; i++)
        {
            _table.Read($"tag-{i}");
            if (i % (MostIdle / 2) == 0)
            {
                _table.Read("popular").Should().Be(first);
            }
        }
    }

    [Fact]
    public void Invalidations_are_counted_and_new_tags_are_none()
    {
        var before = _table.Invalidations;
        _table.Read("a");
        _table.Read("b");
        _table.Invalidations.Should().Be(before);

        _table.Invalidate("a");
        _table.Invalidate("unknown");

        _table.Invalidations.Should().Be(before + 2);
    }

    [Fact]
    public async Task Under_load_no_number_is_given_twice_and_the_bound_holds()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            List<long> invalidations = [];
            for (var i = 0; i < 50_000; i++)
            {
                var tag = $"tag-{random.Next(500)}";
                if (random.Next(3) == 0)
                {
                    invalidations.Add(_table.Invalidate(tag));
                }
                else if (_table.Hold(Generations(tag)) is { } held)
                {
                    _table.Release(held);
                }
            }

            return invalidations;
        })));

        numbers.SelectMany(list => list).Should().OnlyHaveUniqueItems();
        numbers.Should().OnlyContain(list => list.SequenceEqual(list.Order()));
        _table.Count.Should().BeLessThanOrEqualTo(MostIdle);
    }

    private TagGenerations Generations(params string[] tags) => TagGenerations.Create([.. tags.Select(tag => new TagGeneration(tag, _table.Read(tag)))]);

    private void Flood()
    {
        for (var i = 0; i < 3 * MostIdle; i++)
        {
            _table.Read(Guid.NewGuid().ToString());
        }
    }
}
