using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class ChunkerTests
{
    [Fact]
    public void A_short_text_is_one_chunk() => Chunker.Split("one\ntwo\n").Should().Equal(new Chunk(1, "one\ntwo"));

    [Theory]
    [InlineData("word ", 2_000)]
    [InlineData("A sentence. ", 2_000)]
    [InlineData("line\n", 2_000)]
    [InlineData("paragraph\r\n\r\n", 2_000)]
    [InlineData("x", 10_000)]
    [InlineData("😀", 3_001)]
    public void Chunks_are_bounded_and_nothing_but_white_space_is_lost(string unit, int count)
    {
        var text = string.Concat(Enumerable.Repeat(unit, count));

        var chunks = Chunker.Split(text);

        chunks.Should().OnlyContain(chunk => chunk.Text.Length > 0 && chunk.Text.Length <= Chunker.MaxLength);
        WithoutSpace(string.Concat(chunks.Select(chunk => chunk.Text))).Should().Be(WithoutSpace(text));
    }

    [Fact]
    public void A_chunk_ends_with_its_paragraph()
    {
        var paragraph = string.Concat(Enumerable.Repeat("word ", 140)).Trim();

        Chunker.Split($"{paragraph}\n\n{paragraph}\n\n{paragraph}").Select(chunk => chunk.Text).Should().Equal(paragraph, paragraph, paragraph);
    }

    [Fact]
    public void A_pair_of_surrogates_is_not_torn() =>
        Chunker.Split("x" + string.Concat(Enumerable.Repeat("😀", 2_000)))
            .Should().OnlyContain(chunk => !char.IsHighSurrogate(chunk.Text.Last()) && !char.IsLowSurrogate(chunk.Text.First()));

    [Fact]
    public void A_chunk_knows_the_line_that_it_begins_on()
    {
        string[] lines = [.. Enumerable.Range(1, 900).Select(line => line % 7 == 0 ? "" : $"This is line {line}")];

        foreach (var chunk in Chunker.Split(string.Join("\r\n", lines)))
        {
            chunk.Text.Should().StartWith(lines[chunk.Line - 1]).And.NotStartWith("\n");
            lines[chunk.Line - 1].Should().NotBeEmpty();
        }
    }

    [Fact]
    public void White_space_is_no_chunk() => Chunker.Split(new string('\n', 5_000)).Should().BeEmpty();

    private static string WithoutSpace(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
