using FluentAssertions;
using Quickstart.Display;
using Xunit;

namespace Quickstart;

public sealed class ExcerptTests
{
    private static readonly string Filler = string.Join(' ', Enumerable.Repeat("filler", 100));

    [Fact]
    public void A_short_text_is_shown_on_one_line() => Excerpt.Of("one\n  two\tthree", "anything").Should().Be("one two three");

    [Fact]
    public void Of_a_long_text_the_part_with_the_words_of_the_question_is_shown() =>
        Excerpt.Of($"{Filler} a lease runs out {Filler}", "When does a Lease run out?")
            .Should().Contain("a lease runs out").And.StartWith("… filler").And.EndWith(" …").And.Match(text => text.Length < 230);

    [Fact]
    public void A_text_without_spaces_is_cut() => Excerpt.Of(new string('x', 5_000), "x").Should().EndWith("x …");
}
