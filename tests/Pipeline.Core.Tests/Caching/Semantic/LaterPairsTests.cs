using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Caching;

/// <summary>What docs/semantic-cache.md says of pairs that the rules were not made for.</summary>
public class LaterPairsTests(ITestOutputHelper output)
{
    [Fact]
    public void The_rates_are_as_documented()
    {
        var accepted = AcceptedOf(LaterPairs.Opposites);
        var paraphrases = AcceptedOf(LaterPairs.Paraphrases);

        output.WriteLine($"accepted: {accepted} of {LaterPairs.Opposites.Count} opposites, {paraphrases} of {LaterPairs.Paraphrases.Count} paraphrases");
        accepted.Should().Be(0);
        paraphrases.Should().Be(5);
    }

    private int AcceptedOf(TheoryData<string, string> pairs)
    {
        var accepted = 0;
        foreach (var pair in pairs)
        {
            var verdict = SemanticDifferenceVerifier.Default.Verify((string)pair[0], (string)pair[1]);
            output.WriteLine($"{verdict.Reason ?? "accepted"}: {pair[0]} | {pair[1]}");
            accepted += verdict.IsAccepted ? 1 : 0;
        }

        return accepted;
    }
}
