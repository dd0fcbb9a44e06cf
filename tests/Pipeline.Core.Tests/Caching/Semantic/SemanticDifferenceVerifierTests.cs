using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Caching;

public class SemanticDifferenceVerifierTests(ITestOutputHelper output)
{
    /// <summary>How many of the paraphrases are let through. Stands in docs/semantic-cache.md, and is to rise, not to fall.</summary>
    public const int AcceptedParaphrases = 50;

    [Fact]
    public void There_are_at_least_sixty_pairs_of_each_kind()
    {
        OppositePairs.All.Count.Should().BeGreaterThanOrEqualTo(60);
        ParaphrasePairs.All.Count.Should().BeGreaterThanOrEqualTo(60);
        OppositePairs.All.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [MemberData(nameof(OppositePairs.All), MemberType = typeof(OppositePairs))]
    [MemberData(nameof(SmallWordPairs.All), MemberType = typeof(SmallWordPairs))]
    [MemberData(nameof(LaterPairs.Opposites), MemberType = typeof(LaterPairs))]
    public void Of_two_requests_with_another_meaning_neither_gets_the_answer_of_the_other(string stored, string asked)
    {
        Verify(stored, asked).IsAccepted.Should().BeFalse();
        Verify(asked, stored).IsAccepted.Should().BeFalse();
    }

    [Fact]
    public void Most_paraphrases_get_the_stored_answer()
    {
        var vetoes = ParaphrasePairs.All.Select(pair => ((string)pair[0], (string)pair[1]))
            .Select(pair => (Pair: pair, Verdict: Verify(pair.Item1, pair.Item2)))
            .Where(one => !one.Verdict.IsAccepted)
            .ToList();
        vetoes.ForEach(one => output.WriteLine($"{one.Verdict.Reason}: {one.Pair.Item1} | {one.Pair.Item2}"));
        output.WriteLine($"{ParaphrasePairs.All.Count - vetoes.Count} of {ParaphrasePairs.All.Count} are accepted");

        (ParaphrasePairs.All.Count - vetoes.Count).Should().Be(AcceptedParaphrases);
    }

    [Fact]
    public void The_veto_of_the_opposites_names_the_kind_of_difference()
    {
        foreach (var group in OppositePairs.All.Select(pair => Verify((string)pair[0], (string)pair[1]).Reason).GroupBy(reason => reason))
        {
            output.WriteLine($"{group.Key}: {group.Count()}");
        }

        Verify("a fee of 10", "a fee of 100").Reason.Should().Be("numbers");
    }

    private static SemanticCacheVerdict Verify(string stored, string asked) => SemanticDifferenceVerifier.Default.Verify(stored, asked);
}
