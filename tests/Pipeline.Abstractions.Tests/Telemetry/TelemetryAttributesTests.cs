using FluentAssertions;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Abstractions.Tests.Telemetry;

public sealed class TelemetryAttributesTests
{
    [Fact]
    public void They_are_ordered_by_name_and_found_by_it()
    {
        TelemetryAttributes attributes = [new("b", "2"), new("a", "1")];

        attributes.Select(attribute => attribute.Key).Should().Equal("a", "b");
        attributes[1].Value.Should().Be("2");
        attributes.TryGetValue("b", out var value).Should().BeTrue();
        value.Should().Be("2");
        attributes.TryGetValue("B", out _).Should().BeFalse();
    }

    [Fact]
    public void They_are_equal_by_content_in_whatever_order_they_were_given()
    {
        TelemetryAttributes one = [new("b", "2"), new("a", "1")];
        TelemetryAttributes same = [new("a", "1"), new("b", "2")];
        TelemetryAttributes other = [new("a", "1"), new("b", "3")];

        one.Equals(same).Should().BeTrue();
        one.GetHashCode().Should().Be(same.GetHashCode());
        one.Equals(other).Should().BeFalse();
    }

    [Fact]
    public void No_attributes_are_always_the_same_object() => TelemetryAttributes.Create().Should().BeSameAs(TelemetryAttributes.Empty);

    [Fact]
    public void A_name_that_is_given_twice_is_refused()
    {
        var act = () => TelemetryAttributes.Create(new("a", "1"), new("b", "1"), new("a", "2"));

        act.Should().Throw<ArgumentException>().WithMessage("*'a' is given twice*");
    }

    [Fact]
    public void The_most_is_32()
    {
        var pairs = Enumerable.Range(0, 33).Select(i => KeyValuePair.Create($"name-{i}", "value")).ToArray();

        TelemetryAttributes.Create(pairs.AsSpan(0, 32)).Count.Should().Be(32);
        var act = () => TelemetryAttributes.Create(pairs);
        act.Should().Throw<ArgumentException>().WithMessage("*33 attributes*at most 32*");
    }

    [Theory]
    [InlineData("", "value")]
    [InlineData("name", "")]
    [InlineData("name", null)]
    [InlineData(null, "value")]
    [InlineData("na\nme", "value")]
    [InlineData("name", "val\0ue")]
    public void A_name_or_value_that_cannot_be_stored_is_refused(string? name, string? value)
    {
        var act = () => TelemetryAttributes.Create(new KeyValuePair<string, string>(name!, value!));

        act.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_position_outside_is_refused(int index)
    {
        TelemetryAttributes attributes = [new("a", "1")];

        var act = () => attributes[index];

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Longer_texts_take_up_more_bytes()
    {
        TelemetryAttributes small = [new("a", "1")];
        TelemetryAttributes large = [new("a", new string('1', 101))];

        (large.ApproximateBytes - small.ApproximateBytes).Should().Be(200);
    }
}
