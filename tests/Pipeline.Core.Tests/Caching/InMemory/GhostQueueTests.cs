using FluentAssertions;
using Xunit;

namespace Pipeline.Caching;

public sealed class GhostQueueTests
{
    private const uint Spread = 2_654_435_769;

    private readonly GhostQueue _ghosts = new();

    [Fact]
    public void A_hash_is_taken_out_once()
    {
        _ghosts.Add(7, 10);

        _ghosts.Remove(8, 10).Should().BeFalse();
        _ghosts.Remove(7, 10).Should().BeTrue();
        _ghosts.Remove(7, 10).Should().BeFalse();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void Most_of_the_last_are_remembered_and_none_that_came_before(int length)
    {
        for (var i = 0; i < 3 * length; i++)
        {
            _ghosts.Add(Hash(i), length);
        }

        var remembered = Enumerable.Range(0, 3 * length).Where(i => _ghosts.Remove(Hash(i), length)).ToArray();

        remembered.Should().OnlyContain(i => i >= 2 * length);
        remembered.Length.Should().BeGreaterThan(length * 8 / 10);
    }

    [Fact]
    public void Growing_forgets_nothing()
    {
        for (var i = 0; i < 40; i++)
        {
            _ghosts.Add(Hash(i), 40);
        }

        _ghosts.Add(Hash(40), 100_000);

        Enumerable.Range(0, 41).Count(i => _ghosts.Remove(Hash(i), 100_000)).Should().BeGreaterThan(35);
    }

    [Fact]
    public void A_table_that_nothing_was_added_to_remembers_nothing() =>
        Enumerable.Range(-1_000, 2_000).Should().OnlyContain(hash => !_ghosts.Remove(hash, 1_000_000));

    // Spreads over all bits, as hashes of keys do.
    private static int Hash(int number) => (int)(uint)((number + 1) * Spread);
}
