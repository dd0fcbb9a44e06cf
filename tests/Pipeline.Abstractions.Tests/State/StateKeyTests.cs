using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Abstractions.Tests.State;

public sealed class StateKeyTests
{
    [Fact]
    public void Parts_are_joined_in_order() => StateKey.Of("tasks", "acme", "42").Should().Be(new StateKey("tasks", "acme/42"));

    [Theory]
    [InlineData("a/b", "c", "a", "b/c")]
    [InlineData("a%2Fb", "c", "a/b", "c")]
    [InlineData("a%", "2Fb", "a", "%2Fb")]
    public void Different_parts_never_give_the_same_key(string a, string b, string c, string d) =>
        StateKey.Of("tasks", a, b).Should().NotBe(StateKey.Of("tasks", c, d));

    [Fact]
    public void One_part_is_not_two() => StateKey.Of("tasks", "a/b").Should().NotBe(StateKey.Of("tasks", "a", "b"));

    [Fact]
    public void Equal_keys_of_two_spaces_are_two_entries() => new StateKey("a", "k").Should().NotBe(new StateKey("b", "k"));

    [Theory]
    [InlineData("", "key", "space")]
    [InlineData("space", "", "key")]
    [InlineData("spa\nce", "key", "space")]
    [InlineData("space", null, "key")]
    public void A_bad_name_is_refused(string space, string? key, string argument)
    {
        var act = () => new StateKey(space, key!);

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(argument);
    }

    [Fact]
    public void A_key_of_no_parts_is_refused()
    {
        var act = () => StateKey.Of("tasks");

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("parts");
    }

    [Fact]
    public void An_empty_part_is_refused_since_it_is_a_forgotten_tenant()
    {
        var act = () => StateKey.Of("tasks", "", "42");

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("parts");
    }

    [Fact]
    public void Parts_that_are_too_long_together_are_refused()
    {
        var act = () => StateKey.Of("tasks", new string('/', 200), "42");

        act.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("parts");
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("acme", "42")]
    [InlineData("a/b", "%2F", "%", "/", "%25", "%252F")]
    public void A_key_is_taken_apart_into_what_it_was_made_of(params string[] parts) => StateKey.Of("tasks", parts).GetParts().Should().Equal(parts);

    [Fact]
    public void The_default_key_has_no_parts()
    {
        var act = () => default(StateKey).GetParts();

        act.Should().Throw<ArgumentException>();
    }
}
