using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Abstractions.Tests.Vectors;

public sealed class VectorValueTests
{
    [Fact]
    public void Values_convert_by_themselves_to_the_kind_that_holds_them()
    {
        VectorValue text = "en";
        VectorValue whole = 42;
        VectorValue number = 0.5;
        VectorValue truth = true;

        text.AsText.Should().Be("en");
        whole.AsWholeNumber.Should().Be(42);
        number.AsNumber.Should().Be(0.5);
        truth.AsBoolean.Should().BeTrue();
        VectorValue.FromStrings("a", "b").AsTexts.Should().Equal("a", "b");
    }

    [Fact]
    public void The_default_value_holds_nothing() => default(VectorValue).Kind.Should().Be(VectorValueKind.None);

    [Fact]
    public void Reading_another_kind_says_which_kind_it_is()
    {
        VectorValue value = "en";

        var act = () => value.AsNumber;

        act.Should().Throw<InvalidOperationException>().WithMessage("*kind Text, not Number*");
    }

    [Fact]
    public void Equality_is_by_kind_and_content()
    {
        VectorValue one = 1;
        VectorValue alsoOne = 1.0;
        VectorValue truth = true;

        (one == 1L).Should().BeTrue();
        (one == alsoOne).Should().BeFalse();
        (one == truth).Should().BeFalse();
        (VectorValue.FromStrings("a", "b") == VectorValue.FromStrings("a", "b")).Should().BeTrue();
        (VectorValue.FromStrings("a", "b") != VectorValue.FromStrings("b", "a")).Should().BeTrue();
        new VectorValue[] { "a", "a", VectorValue.FromStrings("x"), VectorValue.FromStrings("x"), 0.0, -0.0 }.Distinct().Should().HaveCount(3);
    }

    [Fact]
    public void The_given_texts_are_copied()
    {
        string[] source = ["a"];
        var value = VectorValue.FromStrings(source);

        source[0] = "z";

        value.AsTexts.Should().Equal("a");
    }

    [Fact]
    public void A_value_does_not_show_itself_in_messages() => VectorValue.FromString("secret").ToString().Should().Be("Text");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_is_not_finite_is_refused(double number)
    {
        var act = () => VectorValue.FromDouble(number);

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(VectorValue.MaxWholeNumber + 1)]
    [InlineData(-VectorValue.MaxWholeNumber - 1)]
    [InlineData(long.MinValue)]
    public void A_whole_number_that_not_all_stores_keep_exactly_is_refused(long number)
    {
        var act = () => VectorValue.FromInt64(number);

        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    // As functions, since the test runner itself cannot carry half a surrogate pair.
    public static TheoryData<Func<string?>> BadTexts() => new()
    {
        () => null,
        () => "a\0b",
        () => "a\uD800",
        () => "\uDC00b",
        () => new string('x', VectorValue.MaxTextLength + 1),
    };

    [Theory]
    [MemberData(nameof(BadTexts))]
    public void A_text_that_not_all_stores_keep_is_refused(Func<string?> text)
    {
        var one = () => VectorValue.FromString(text()!);
        var several = () => VectorValue.FromStrings("fine", text()!);

        one.Should().Throw<ArgumentException>();
        several.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Line_breaks_and_emoji_are_text() => VectorValue.FromString("a\nb\t🙂").AsText.Should().Be("a\nb\t🙂");

    [Fact]
    public void The_most_texts_are_256()
    {
        VectorValue.FromStrings(Enumerable.Repeat("x", 256)).AsTexts.Should().HaveCount(256);
        var act = () => VectorValue.FromStrings(Enumerable.Repeat("x", 257));
        act.Should().Throw<ArgumentException>().WithMessage("*257 texts*at most 256*");
    }
}
