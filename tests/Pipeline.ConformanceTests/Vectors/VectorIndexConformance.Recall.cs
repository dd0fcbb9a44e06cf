using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    private const int RecallDimension = 32;
    private const int RecallQueries = 40;
    private const int Nearest = 10;
    private const double LeastRecall = 0.95;

    /// <summary>Out of how many items a filter lets one through.</summary>
    public static TheoryData<int, VectorDistance> Selectivities { get; } =
        Pairs([1, 2, 100, 1_000], Enum.GetValues<VectorDistance>());

    [Theory(Timeout = TimeLimit * 5)]
    [MemberData(nameof(Selectivities))]
    public async Task The_ten_nearest_are_found_whatever_a_filter_lets_through(int oneOf, VectorDistance distance)
    {
        var random = new SeededRandom((ulong)oneOf);
        var (index, scope) = await OpenAsync(Definition(dimension: RecallDimension, distance: distance, fields: ("group", VectorValueKind.WholeNumber)));
        var centres = Enumerable.Range(0, 20).Select(_ => RandomVector(random, RecallDimension)).ToList();
        var items = Enumerable.Range(0, _store.RecallItems).Select(i => Item($"i{i}", Near(random, random.Pick(centres)), ("group", (long)(i % oneOf)))).ToList();
        foreach (var batch in items.Chunk(VectorArguments.MaxBatchSize))
        {
            await index.UpsertAsync(scope, batch);
        }

        var (found, expected) = (0, 0);
        for (var i = 0; i < RecallQueries; i++)
        {
            var query = Query(Near(random, random.Pick(centres)), Nearest, VectorFilter.EqualTo("group", 0));
            var allowed = items.Where(item => query.Filter!.Matches(item.Payload)).ToList();
            expected += Math.Min(Nearest, allowed.Count);
            found += CountNearest(distance, query, allowed, await index.SearchAsync(scope, query));

            var exact = CountNearest(distance, query, allowed, await index.SearchAsync(scope, query with { Exact = true }));
            Assert.Equal(Math.Min(Nearest, allowed.Count), exact);
        }

        Assert.True(found >= expected * (_store.IsExact ? 1 : LeastRecall), $"{found} of the {expected} nearest were found.");
    }

    /// <summary>How many of the answers are as near as the ten nearest are. Every answer must be allowed, and have its right score.</summary>
    private static int CountNearest(VectorDistance distance, VectorQuery query, List<VectorItem> allowed, IReadOnlyList<VectorMatch> found)
    {
        var scores = allowed.ToDictionary(static item => item.Id, item => ExactScore.Of(distance, query.Vector.Span, item.Vector.Span));
        var floor = scores.Values.OrderDescending().Take(Nearest).Last();
        Assert.Equal(found.Count, found.DistinctBy(static match => match.Id).Count());
        Assert.All(found, match => AssertScore(scores[match.Id], match.Score));
        return found.Count(match => scores[match.Id] >= floor - (Tolerance / 10));
    }

    private static float[] Near(SeededRandom random, float[] centre)
    {
        var offset = RandomVector(random, centre.Length);
        return [.. centre.Select((component, i) => component + (offset[i] / 4))];
    }
}
