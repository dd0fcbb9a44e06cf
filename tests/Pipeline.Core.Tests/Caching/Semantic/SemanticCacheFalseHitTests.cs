using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Caching;

/// <summary>A request with another meaning never gets the stored answer at the default threshold: the whole way through a step.</summary>
public class SemanticCacheFalseHitTests(ITestOutputHelper output)
{
    /// <summary>An embedder for which all texts are one lets everything through to the verifier.</summary>
    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task With_an_embedder_that_sees_no_difference_there_is_no_false_hit()
    {
        await using var host = new SemanticHost();
        host.Embedder.Embed = SpellingEmbedder.OfNothing;
        var pairs = OppositePairs.All.Concat(SmallWordPairs.All).Concat(LaterPairs.Opposites).ToList();
        foreach (var (number, pair) in pairs.Index())
        {
            await host.AskAsync((string)pair[0], $"tenant-{number}");
            (await host.AskAsync((string)pair[1], $"tenant-{number}")).Should().EndWith((string)pair[1]);
        }

        host.Runs.Should().Be(2 * pairs.Count);
        host.Outcomes.Count(outcome => outcome == "vetoed").Should().Be(pairs.Count);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task With_that_embedder_paraphrases_get_the_stored_answer_as_often_as_the_verifier_says()
    {
        await using var host = new SemanticHost();
        host.Embedder.Embed = SpellingEmbedder.OfNothing;
        foreach (var (number, pair) in ParaphrasePairs.All.Index())
        {
            await host.AskAsync((string)pair[0], $"tenant-{number}");
            await host.AskAsync((string)pair[1], $"tenant-{number}");
        }

        host.Outcomes.Count(outcome => outcome == "hit").Should().Be(SemanticDifferenceVerifierTests.AcceptedParaphrases);
    }

    /// <summary>What a threshold alone would do, with an embedder that goes by spelling: the figures in docs/semantic-cache.md.</summary>
    [Fact]
    public void A_threshold_alone_is_no_protection()
    {
        foreach (var threshold in new[] { 0.95, 0.9, 0.8, 0.7 })
        {
            output.WriteLine($"{threshold}: {Above(OppositePairs.All, threshold)} of {OppositePairs.All.Count} opposites, {Above(ParaphrasePairs.All, threshold)} of {ParaphrasePairs.All.Count} paraphrases");
        }

        Above(OppositePairs.All, 0.8).Should().BeGreaterThan(OppositePairs.All.Count / 3, "the pairs have to be near-identical");
        OppositePairs.All.Average(pair => SpellingEmbedder.Cosine((string)pair[0], (string)pair[1]))
            .Should().BeGreaterThan(ParaphrasePairs.All.Average(pair => SpellingEmbedder.Cosine((string)pair[0], (string)pair[1])));
    }

    private static int Above(IEnumerable<object[]> pairs, double threshold) =>
        pairs.Count(pair => SpellingEmbedder.Cosine((string)pair[0], (string)pair[1]) >= threshold);
}
