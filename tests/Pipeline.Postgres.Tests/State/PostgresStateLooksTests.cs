using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Postgres.State;

public sealed class PostgresStateLooksTests
{
    private readonly PostgresStateLooks _looks = new();

    [Fact]
    public void A_new_number_is_a_change_until_all_that_ran_after_it_have_ended()
    {
        _looks.HasChanged(new(Number: 1, Oldest: 10, Next: 12)).Should().BeTrue("nothing is known yet");
        _looks.HasChanged(new(1, 10, 13)).Should().BeTrue("who took the number may be at it");
        _looks.HasChanged(new(1, 12, 20)).Should().BeTrue("12 still runs");
        _looks.HasChanged(new(1, 13, 20)).Should().BeTrue("what 12 did is told by this look");
        _looks.HasChanged(new(1, 13, 20)).Should().BeFalse();
        _looks.HasChanged(new(1, 25, 25)).Should().BeFalse();

        _looks.HasChanged(new(2, 25, 25)).Should().BeTrue();
        _looks.HasChanged(new(2, 25, 26)).Should().BeTrue();
        _looks.HasChanged(new(2, 26, 26)).Should().BeTrue();
        _looks.HasChanged(new(2, 26, 26)).Should().BeFalse();
    }

    [Fact]
    public void A_number_that_comes_meanwhile_begins_anew()
    {
        _looks.HasChanged(new(1, 10, 10)).Should().BeTrue();
        _looks.HasChanged(new(1, 10, 11)).Should().BeTrue();
        _looks.HasChanged(new(2, 11, 11)).Should().BeTrue();
        _looks.HasChanged(new(2, 11, 12)).Should().BeTrue();
        _looks.HasChanged(new(2, 12, 12)).Should().BeTrue();
        _looks.HasChanged(new(2, 12, 12)).Should().BeFalse();
    }
}
