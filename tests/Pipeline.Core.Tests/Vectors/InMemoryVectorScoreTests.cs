using FluentAssertions;
using Xunit;

namespace Pipeline.Vectors;

/// <summary>Numbers at the edges of single precision: answers stay finite, in order, and right.</summary>
public class InMemoryVectorScoreTests
{
    private static readonly float[] FirstAxis = [1, 0, 0];
    private static readonly float[] Steep = [1e10f, 1e10f];

    [Theory]
    [InlineData(1e-45f)]
    [InlineData(1e-30f)]
    [InlineData(1e-15f)]
    [InlineData(1f)]
    [InlineData(1e15f)]
    [InlineData(3e38f)]
    public async Task By_cosine_vectors_of_any_length_have_their_direction(float length)
    {
        var index = await SampleVectors.OpenAsync(3);
        await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item("a", [length, length, 0]), SampleVectors.Item("b", [0, length, length])]);

        var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = new[] { length, length, 0 } });

        found.Select(match => match.Id).Should().Equal("a", "b");
        found[0].Score.Should().BeInRange(0.999999f, 1f);
        found[1].Score.Should().BeApproximately(0.5f, 1e-6f);
    }

    [Fact]
    public async Task By_cosine_components_of_very_different_size_do_no_harm()
    {
        var index = await SampleVectors.OpenAsync(3);
        await index.UpsertAsync(SampleVectors.Scope, [SampleVectors.Item("a", [3e38f, 1e-45f, 3e38f]), SampleVectors.Item("b", [1e-45f, 0, 0])]);

        var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = FirstAxis });

        found.Select(match => match.Id).Should().Equal("b", "a");
        found[1].Score.Should().BeApproximately(0.70710678f, 1e-6f);
    }

    [Fact]
    public async Task A_score_by_cosine_is_never_beyond_one()
    {
        var random = new Random(3);
        var index = await SampleVectors.OpenAsync(100);
        var items = Enumerable.Range(0, 500).Select(i => SampleVectors.Item($"i{i}", SampleVectors.Vector(random, 100))).ToList();
        await index.FillAsync(SampleVectors.Scope, items);
        foreach (var item in items)
        {
            var opposite = item.Vector.ToArray().Select(component => -component).ToArray();
            (await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = item.Vector, Limit = 1 }))[0].Score.Should().BeInRange(0.99999f, 1);
            (await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = opposite, Limit = 1_000 }))[^1].Score.Should().BeInRange(-1, -0.99999f);
        }
    }

    [Fact]
    public async Task A_dot_product_that_single_precision_cannot_hold_is_still_a_number_in_its_place()
    {
        var index = await SampleVectors.OpenAsync(2, VectorDistance.DotProduct);
        await index.UpsertAsync(
            SampleVectors.Scope,
            [
                SampleVectors.Item("great", [3e38f, 3e38f]), SampleVectors.Item("cancels", [3e38f, -3e38f]), SampleVectors.Item("least", [-3e38f, -3e38f]),
                SampleVectors.Item("one", [1e-10f, 0]),
            ]);

        var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = Steep });

        found.Select(match => match.Id).Should().Equal("great", "one", "cancels", "least");
        found.Select(match => match.Score).Should().Equal(float.MaxValue, 1f, 0f, float.MinValue);
    }

    [Fact]
    public async Task A_distance_that_single_precision_cannot_square_is_still_right()
    {
        var index = await SampleVectors.OpenAsync(2, VectorDistance.Euclidean);
        await index.UpsertAsync(
            SampleVectors.Scope,
            [SampleVectors.Item("here", [1e30f, 0]), SampleVectors.Item("far", [1e30f, 3e30f]), SampleVectors.Item("farther", [-3e38f, -3e38f])]);

        var found = await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = new[] { 1e30f, 0 } });

        found.Select(match => match.Id).Should().Equal("here", "far", "farther");
        found[0].Score.Should().Be(0);
        (found[1].Score / -3e30f).Should().BeApproximately(1, 1e-6f);
        float.IsFinite(found[2].Score).Should().BeTrue();
        (await index.SearchAsync(SampleVectors.Scope, new VectorQuery { Vector = new[] { 1e30f, 0 }, MinScore = 0 }))
            .Should().ContainSingle(match => match.Id == "here");
    }
}
