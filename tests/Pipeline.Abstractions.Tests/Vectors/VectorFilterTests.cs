using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Abstractions.Tests.Vectors;

public sealed class VectorFilterTests
{
    private static readonly Dictionary<string, VectorValue> Payload = new(StringComparer.Ordinal)
    {
        ["lang"] = "en",
        ["tags"] = VectorValue.FromStrings("red", "blue"),
        ["year"] = 2026,
        ["weight"] = 0.5,
        ["draft"] = false,
    };

    private static readonly VectorFilter True = VectorFilter.EqualTo("lang", "en");
    private static readonly VectorFilter False = VectorFilter.EqualTo("lang", "de");

    [Fact]
    public void Equality_is_of_kind_and_content()
    {
        Matches(VectorFilter.EqualTo("lang", "en")).Should().BeTrue();
        Matches(VectorFilter.EqualTo("lang", "EN")).Should().BeFalse();
        Matches(VectorFilter.EqualTo("year", 2026)).Should().BeTrue();
        Matches(VectorFilter.EqualTo("year", "2026")).Should().BeFalse();
        Matches(VectorFilter.EqualTo("draft", false)).Should().BeTrue();
        Matches(VectorFilter.EqualTo("draft", 0)).Should().BeFalse();
    }

    [Fact]
    public void One_of_several_texts_is_enough()
    {
        Matches(VectorFilter.EqualTo("tags", "blue")).Should().BeTrue();
        Matches(VectorFilter.EqualTo("tags", "green")).Should().BeFalse();
        Matches(VectorFilter.AnyOf("tags", "green", "red")).Should().BeTrue();
        Matches(VectorFilter.AnyOf("tags", "green", "grey")).Should().BeFalse();
    }

    [Fact]
    public void Any_of_finds_one_of_the_values()
    {
        Matches(VectorFilter.AnyOf("lang", "de", "en")).Should().BeTrue();
        Matches(VectorFilter.AnyOf("lang", "de", "fr")).Should().BeFalse();
        Matches(VectorFilter.AnyOf("year", 2025, 2026)).Should().BeTrue();
    }

    [Theory]
    [InlineData("year", 2026.0, 2026.0, true)]
    [InlineData("year", 2026.5, null, false)]
    [InlineData("year", null, 2025.0, false)]
    [InlineData("weight", 0.5, null, true)]
    [InlineData("weight", null, 0.5, true)]
    [InlineData("weight", 0.51, 1.0, false)]
    [InlineData("lang", 0.0, null, false)]
    [InlineData("missing", 0.0, null, false)]
    public void A_range_holds_numbers_with_both_its_ends(string field, double? min, double? max, bool expected) =>
        Matches(VectorFilter.Between(field, min, max)).Should().Be(expected);

    [Fact]
    public void What_is_missing_or_of_another_kind_is_false_and_its_negation_true()
    {
        Matches(VectorFilter.EqualTo("missing", "x")).Should().BeFalse();
        Matches(VectorFilter.Not(VectorFilter.EqualTo("missing", "x"))).Should().BeTrue();
        Matches(VectorFilter.Not(VectorFilter.Between("lang", min: 0))).Should().BeTrue();
        Matches(VectorFilter.Not(VectorFilter.AnyOf("year", "2026"))).Should().BeTrue();
    }

    [Fact]
    public void Operators_follow_two_valued_logic()
    {
        Matches(VectorFilter.All(True, True)).Should().BeTrue();
        Matches(VectorFilter.All(True, False)).Should().BeFalse();
        Matches(VectorFilter.Any(False, True)).Should().BeTrue();
        Matches(VectorFilter.Any(False, False)).Should().BeFalse();
        Matches(VectorFilter.Not(True)).Should().BeFalse();
        Matches(VectorFilter.All(VectorFilter.Any(False, True), VectorFilter.Not(False))).Should().BeTrue();
    }

    [Fact]
    public void Values_are_each_kept_once() =>
        VectorFilter.AnyOf("lang", "de", "en", "de").Should().BeOfType<VectorAnyOf>().Which.Values.Should().Equal("de", "en");

    public static TheoryData<Func<VectorFilter>> BadConditions() => new()
    {
        () => VectorFilter.EqualTo("", "x"),
        () => VectorFilter.EqualTo("a.b", "x"),
        () => VectorFilter.EqualTo("größe", "x"),
        () => VectorFilter.EqualTo(new string('a', 65), "x"),
        () => VectorFilter.EqualTo(null!, "x"),
        () => VectorFilter.EqualTo("a", 0.5),
        () => VectorFilter.EqualTo("a", default),
        () => VectorFilter.EqualTo("a", VectorValue.FromStrings("x")),
        () => VectorFilter.AnyOf("a"),
        () => VectorFilter.AnyOf("a", true),
        () => VectorFilter.AnyOf("a", "x", 1),
        () => VectorFilter.AnyOf("a", Enumerable.Range(0, 1001).Select(i => (VectorValue)i)),
        () => VectorFilter.Between("a"),
        () => VectorFilter.Between("a", min: double.NaN),
        () => VectorFilter.Between("a", max: double.PositiveInfinity),
        () => VectorFilter.Between("a", 2, 1),
        () => VectorFilter.All(),
        () => VectorFilter.Any(),
        () => VectorFilter.All(True, null!),
        () => VectorFilter.Not(null!),
    };

    [Theory]
    [MemberData(nameof(BadConditions))]
    public void A_bad_condition_is_refused(Func<VectorFilter> make) => make.Should().Throw<ArgumentException>();

    [Fact]
    public void A_filter_is_at_most_16_deep()
    {
        var deepest = Enumerable.Range(0, 15).Aggregate(True, (filter, _) => VectorFilter.Not(filter));

        Matches(deepest).Should().BeFalse();
        var act = () => VectorFilter.Not(deepest);
        act.Should().Throw<ArgumentException>().WithMessage("*17 deep*at most 16 deep*");
    }

    [Fact]
    public void A_filter_has_at_most_256_parts()
    {
        Matches(VectorFilter.All(Enumerable.Repeat(True, 255))).Should().BeTrue();
        var act = () => VectorFilter.Any(Enumerable.Repeat(False, 256));
        act.Should().Throw<ArgumentException>().WithMessage("*257 parts*at most 256 parts*AnyOf*");
    }

    private static bool Matches(VectorFilter filter) => filter.Matches(Payload);
}
