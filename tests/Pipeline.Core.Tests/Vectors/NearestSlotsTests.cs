using FluentAssertions;
using Xunit;

namespace Pipeline.Vectors;

public class NearestSlotsTests
{
    [Fact]
    public void Any_sequence_of_scores_leaves_the_greatest()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var scores = Enumerable.Range(0, random.Next(60)).Select(_ => (float)random.Next(-10, 10)).ToArray();
            var limit = random.Next(1, 20);
            float? minScore = random.Next(2) == 0 ? random.Next(-10, 10) : null;

            Keep(scores, limit, minScore).Should().Equal(
                scores.Where(score => minScore is null || score >= minScore).OrderDescending().Take(limit).Order(), $"of seed {seed}");
        }
    }

    [Fact]
    public void Of_equal_scores_the_first_stay() =>
        Keep([1, 1, 1, 1], limit: 2, minScore: null, withSlots: true).Should().BeEquivalentTo([0f, 1f]);

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(1e-45f)]
    [InlineData(float.MinValue)]
    [InlineData(float.MaxValue)]
    public void The_least_score_is_inclusive(float minScore) =>
        Keep([minScore, float.BitDecrement(minScore)], limit: 2, minScore).Should().Equal(minScore);

    /// <summary>What is kept, least first: the scores, or the slots.</summary>
    private static List<float> Keep(float[] scores, int limit, float? minScore, bool withSlots = false)
    {
        var nearest = new NearestSlots(new NearestSlot[limit], minScore);
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > nearest.Floor)
            {
                nearest.Add(new NearestSlot(scores[i], 0, i));
            }
        }

        var kept = new List<float>();
        while (nearest.Count > 0)
        {
            var farthest = nearest.TakeFarthest();
            kept.Add(withSlots ? farthest.Slot : farthest.Score);
        }

        return kept;
    }
}
