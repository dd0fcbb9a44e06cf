using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>What the index finds, held against exact search in memory; the benchmark does the same with ten times as many.</summary>
public sealed class PostgresVectorRecallTests : IAsyncLifetime
{
    private const int Items = 10_000;
    private const int Dimension = 64;
    private const int Queries = 30;

    private static readonly VectorScope Scope = new("recall", "acme");
    private static readonly VectorScope Built = new("recall", "acme", version: 2);

    private readonly InMemoryVectorIndex _exact = new();
    private readonly TestVectors _vectors = new(seed: 5, Dimension, clusters: 200);
    private VectorProcess? _process;

    [Fact]
    public async Task Ninety_five_of_a_hundred_nearest_are_found_whatever_a_filter_lets_through_and_by_the_index()
    {
        var index = _process!.Index;
        var scanned = await ScannedAsync();
        foreach (var filter in new[] { null, VectorFilter.EqualTo("half", 1), VectorFilter.EqualTo("fifth", 1), VectorFilter.EqualTo("hundredth", 1), VectorFilter.EqualTo("thousandth", 1) })
        {
            var (expected, found) = (0, 0);
            for (var i = 0; i < Queries; i++)
            {
                var query = new VectorQuery { Vector = _vectors.Next(), Filter = filter };
                var nearest = (await _exact.SearchAsync(Scope, query)).Select(static match => match.Id).ToHashSet();
                expected += nearest.Count;
                found += (await index.SearchAsync(Built, query)).Count(match => nearest.Contains(match.Id));
            }

            found.Should().BeGreaterThanOrEqualTo((int)Math.Ceiling(0.95 * expected), "of {0}", expected);
        }

        // Unfiltered and half; what lets less through may be cheaper to compare each.
        await Waiting.UntilAsync(async () => await ScannedAsync() >= scanned + Queries, "the index was scanned");
    }

    public async Task InitializeAsync()
    {
        _process = await VectorProcess.OpenAsync();
        var index = _process.Index;
        var definition = TestVectors.Definition(Scope.Collection, Dimension);
        await _exact.Collections.EnsureAsync(definition);
        await index.Collections.EnsureAsync(definition);
        await index.Collections.BuildAsync(definition);
        foreach (var batch in Enumerable.Range(0, Items).Select(_vectors.Item).Chunk(VectorArguments.MaxBatchSize))
        {
            await _exact.UpsertAsync(Scope, batch);
            await index.UpsertAsync(Built, batch);
        }

        // A version that is built is filled without an index, which its validation makes.
        (await IndexesAsync()).Should().NotContain("vector_items_2_hnsw");
        var validation = await index.Collections.ValidateAsync(Scope.Collection, 2, new VectorValidationOptions { SampleSize = 20 });
        validation.IsValid.Should().BeTrue(string.Join(' ', validation.Problems));
        (validation.Items, validation.SampleSize).Should().Be((Items, 20));
        (await IndexesAsync()).Should().Contain("vector_items_2_hnsw");
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task<List<object>> IndexesAsync() => await _process!.RowsAsync("SELECT indexname::text FROM pg_indexes WHERE schemaname = 'pipeline'");

    private async Task<long> ScannedAsync() =>
        (long)(await _process!.RowsAsync("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'vector_items_2_hnsw'"))[0];
}
