using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Theory(Timeout = TimeLimit)]
    [InlineData(VectorDistance.Cosine, 1f, 0.6f, 0f, -1f)]
    [InlineData(VectorDistance.DotProduct, 2f, 3f, 0f, -4f)]
    [InlineData(VectorDistance.Euclidean, -1f, -4.472136f, -2.236068f, -5f)]
    public async Task The_score_is_what_the_distance_says(VectorDistance distance, float same, float between, float across, float opposite)
    {
        var (index, scope) = await OpenAsync(Definition(distance: distance));
        await index.UpsertAsync(
            scope, [Item("same", [2, 0, 0, 0]), Item("between", [3, 4, 0, 0]), Item("across", [0, 0, 2, 0]), Item("opposite", [-4, 0, 0, 0])]);

        var found = await index.SearchAsync(scope, Query([1, 0, 0, 0]));

        Assert.Equal(found.Select(static match => match.Score).OrderDescending(), found.Select(static match => match.Score));
        Assert.Equal(same, ScoreOf("same"), Tolerance);
        Assert.Equal(between, ScoreOf("between"), Tolerance);
        Assert.Equal(across, ScoreOf("across"), Tolerance);
        Assert.Equal(opposite, ScoreOf("opposite"), Tolerance);

        float ScoreOf(string id) => found.Single(match => match.Id == id).Score;
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Distances))]
    public async Task Scores_of_long_vectors_are_as_exact_as_promised(VectorDistance distance)
    {
        const int Long = 384;
        var random = new SeededRandom(7);
        var (index, scope) = await OpenAsync(Definition(dimension: Long, distance: distance));
        var items = Enumerable.Range(0, 50).Select(i => Item($"i{i}", RandomVector(random, Long))).ToList();
        await index.UpsertAsync(scope, items);
        var query = RandomVector(random, Long);

        var found = await index.SearchAsync(scope, Query(query, limit: 50) with { IncludeVectors = true });

        Assert.Equal(50, found.Count);
        Assert.All(found, match =>
        {
            var item = items.Single(one => one.Id == match.Id);
            AssertScore(ExactScore.Of(distance, query, item.Vector.Span), match.Score);
            AssertVector(distance, item.Vector.Span, match.Vector.Span);
        });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task By_cosine_the_length_of_a_vector_does_not_matter()
    {
        var (index, scope) = await OpenAsync();
        await index.UpsertAsync(scope, [Item("short", [1e-4f, 1e-4f, 0, 0]), Item("long", [3e4f, 3e4f, 0, 0]), Item("other", [1, 0, 0, 0])]);

        var found = await index.SearchAsync(scope, Query([0.01f, 0.01f, 0, 0]));

        AssertIds(["short", "long"], found.Take(2).Select(static match => match.Id));
        Assert.All(found.Take(2), static match => Assert.InRange(match.Score, 1 - Tolerance, 1));
        Assert.Equal(0.7071f, found[2].Score, Tolerance);
    }

    private static float[] RandomVector(SeededRandom random, int dimension)
    {
        var vector = new float[dimension];
        foreach (ref var component in vector.AsSpan())
        {
            component = (random.Next(2_001) - 1_000) / 1_000f;
        }

        vector[0] = vector[0] == 0 ? 1 : vector[0];
        return vector;
    }

    private static void AssertScore(double expected, float actual) =>
        Assert.InRange(actual, expected - (Tolerance * Math.Max(1, Math.Abs(expected))), expected + (Tolerance * Math.Max(1, Math.Abs(expected))));

    /// <summary>By cosine a vector may come back with another length.</summary>
    private static void AssertVector(VectorDistance distance, ReadOnlySpan<float> stored, ReadOnlySpan<float> given)
    {
        Assert.Equal(stored.Length, given.Length);
        if (distance == VectorDistance.Cosine)
        {
            AssertScore(1, (float)ExactScore.Of(distance, stored, given));
            return;
        }

        Assert.True(-ExactScore.Of(VectorDistance.Euclidean, stored, given) < Tolerance * stored.Length, "The vector came back as another.");
    }
}
