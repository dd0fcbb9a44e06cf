using FluentAssertions;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Abstractions.Tests.Learning;

public sealed class RecallSelectionTests
{
    private static readonly RecallQuery Query = new() { Filter = new LearningFilter { Tenant = "acme" }, MinScore = 0.1, HalfLife = null, Limit = 2 };

    [Fact]
    public void Candidates_are_ranked_by_score_then_newest_first_then_by_falling_id_and_what_scores_too_little_falls_away()
    {
        var first = Candidate("b", 0.9);
        var newer = Candidate("c", 0.5, Samples.Noon.AddDays(1));
        var (x, y) = (Candidate("d", 0.5), Candidate("e", 0.5));
        var ranked = new RecallSelection(Query, Samples.Noon).Rank([x, y, Candidate("a", 0.19), newer, first]);

        ranked.Should().HaveCount(4);
        ranked.Take(2).Should().Equal(first, newer);
        ranked[2].Learning.Id.Should().BeGreaterThan(ranked[3].Learning.Id);
    }

    [Fact]
    public void It_is_complete_when_there_are_enough_and_reads_no_further()
    {
        var selection = new RecallSelection(Query, Samples.Noon);
        var read = 0;

        selection.Take(Enumerable.Range(0, 100).Select(i =>
        {
            read++;
            return Candidate($"run-{i}", 1, finding: $"finding {i}");
        }));

        selection.IsComplete.Should().BeTrue();
        read.Should().Be(2);
        selection.ToResult().Matches.Should().HaveCount(2).And.OnlyContain(match => match.Basis == RecallBasis.Filter);
    }

    [Fact]
    public void Duplicates_are_told_by_direction_where_there_is_one()
    {
        var selection = new RecallSelection(Query with { Embedding = new LearningEmbedding("small", new float[] { 1, 0 }), DuplicateSimilarity = 1 }, Samples.Noon);
        var duplicate = Candidate("b", 0.9, direction: [1, 0], finding: "another text");

        selection.Take([Candidate("a", 1, direction: [1, 0]), duplicate, Candidate("c", 0.8, direction: [0, 1])]);

        var matches = selection.ToResult().Matches;
        matches.Select(match => match.Learning.Record.RunId).Should().Equal("a", "c");
        matches[0].Duplicates.Should().Equal(duplicate.Learning.Id);
    }

    [Fact]
    public void Of_nothing_comes_the_empty_result()
    {
        var selection = new RecallSelection(Query, Samples.Noon);
        selection.Take([]);
        selection.ToResult().Should().BeSameAs(RecallResult.Empty);
        selection.IsComplete.Should().BeFalse();
    }

    [Theory]
    [InlineData("It timed out, IT did!", new[] { "IT", "TIMED", "OUT", "DID" })]
    [InlineData("größe 42 ²", new[] { "GRÖßE", "42", "²" })]
    [InlineData("a\u0308b 😀 𝒳y", new[] { "A\u0308B", "𝒳Y" })]
    [InlineData("??? …", new string[0])]
    public void Words_are_runs_of_letters_digits_and_marks_in_upper_case(string text, string[] words) => RecallWords.Of(text).Should().BeEquivalentTo(words);

    [Fact]
    public void The_similarity_by_words_is_their_share_and_none_without_words()
    {
        RecallWords.Similarity(1, 4).Should().Be(0.25);
        RecallWords.Similarity(0, 0).Should().Be(0);
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    [InlineData(1f)]
    [InlineData(float.MaxValue)]
    public void A_direction_has_length_one_whatever_the_vector_s(float length)
    {
        var direction = new float[19];
        RecallDirection.Normalize(Enumerable.Repeat(length, 19).ToArray(), direction);

        direction.Should().OnlyContain(component => Math.Abs(component - (1 / Math.Sqrt(19))) < 1e-6);
        RecallDirection.Similarity(direction, direction).Should().BeApproximately(1, 1e-6);
        RecallDirection.Similarity(direction, Array.ConvertAll(direction, component => -component)).Should().Be(0);
    }

    [Fact]
    public void Directions_of_different_dimensions_are_refused()
    {
        var compare = () => RecallDirection.Similarity([1f], [1f, 0f]);
        var write = () => RecallDirection.Normalize([1f], new float[2]);

        compare.Should().Throw<ArgumentException>().WithParameterName("y");
        write.Should().Throw<ArgumentException>().WithParameterName("destination");
    }

    private static RecallCandidate Candidate(
        string run, double similarity, DateTimeOffset? created = null, float[]? direction = null, string finding = "The call timed out.")
    {
        var record = Samples.Record with { RunId = run, Created = created ?? Samples.Noon, Finding = finding };
        return new RecallCandidate(new StoredLearning { Id = LearningId.Of(record), Record = record }, similarity, direction);
    }
}
