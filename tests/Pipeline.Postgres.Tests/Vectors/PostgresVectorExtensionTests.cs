using FluentAssertions;
using Npgsql;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.Vectors;

/// <summary>pgvector that is not there, comes and goes, under a process that runs.</summary>
public sealed class PostgresVectorExtensionTests
{
    private const int Dimension = 8;

    private static readonly VectorScope Scope = new("texts", "acme");

    [Fact]
    public async Task An_extension_that_comes_is_used_from_the_next_start_on_and_one_that_goes_is_done_without()
    {
        await using var process = await VectorProcess.OpenAsync(withExtension: false);
        var index = process.Index;
        var vectors = new TestVectors(seed: 1, Dimension, clusters: 3);
        var definition = TestVectors.Definition(Scope.Collection, Dimension);
        await index.Collections.EnsureAsync(definition);
        await index.UpsertAsync(Scope, [.. Enumerable.Range(0, 50).Select(vectors.Item)]);
        var query = new VectorQuery { Vector = vectors.Next(), Limit = 20 };
        var expected = await FindAsync(index, query);
        (await HasIndexAsync(process)).Should().BeFalse();

        await RunAsSuperuserAsync(process, "CREATE SCHEMA \"Of vectors\"; CREATE EXTENSION vector SCHEMA \"Of vectors\"");
        await index.Collections.EnsureAsync(definition);
        (await HasIndexAsync(process)).Should().BeFalse("the role may not use the schema");
        await RunAsSuperuserAsync(process, "GRANT USAGE ON SCHEMA \"Of vectors\" TO PUBLIC");
        (await FindAsync(index, query)).Should().Equal(expected);
        await using (var next = VectorProcess.Open(process.ConnectionString))
        {
            await next.Index.Collections.EnsureAsync(definition);
            (await HasIndexAsync(process)).Should().BeTrue();
            (await FindAsync(next.Index, query)).Should().Equal(expected);
            (await FindAsync(index, query)).Should().Equal(expected);

            await RunAsSuperuserAsync(process, "DROP EXTENSION vector CASCADE");
            (await FindAsync(next.Index, query)).Should().Equal(expected);
            (await FindAsync(index, query)).Should().Equal(expected);
        }

        (await index.Collections.EnsureAsync(definition)).State.Should().Be(VectorVersionState.Live);
    }

    [Theory]
    [InlineData(VectorDistance.Cosine, PostgresVectorSql.MostHalfDimensions, true)]
    [InlineData(VectorDistance.Cosine, PostgresVectorSql.MostHalfDimensions + 1, false)]
    [InlineData(VectorDistance.Euclidean, PostgresVectorSql.MostSingleDimensions, true)]
    [InlineData(VectorDistance.DotProduct, PostgresVectorSql.MostSingleDimensions + 1, false)]
    [InlineData(VectorDistance.DotProduct, VectorCollectionDefinition.MaxDimension, false)]
    public async Task More_dimensions_than_an_index_takes_are_searched_exactly(VectorDistance distance, int dimension, bool isIndexed)
    {
        await using var process = await VectorProcess.OpenAsync();
        await process.Index.Collections.EnsureAsync(TestVectors.Definition(Scope.Collection, dimension, distance));
        (await HasIndexAsync(process)).Should().Be(isIndexed);
        var (near, far) = (new float[dimension], new float[dimension]);
        (near[0], far[^1]) = (1, 1);
        await process.Index.UpsertAsync(Scope, [new VectorItem { Id = "near", Vector = near }, new VectorItem { Id = "far", Vector = far }]);

        (await FindAsync(process.Index, new VectorQuery { Vector = near })).Should().Equal("near", "far");
    }

    [Theory]
    [InlineData(PostgresTopologyKind.Node)]
    [InlineData(PostgresTopologyKind.Plain)]
    public async Task Components_beyond_half_and_single_precision_are_told_apart(PostgresTopologyKind kind)
    {
        await using var process = await VectorProcess.OpenAsync(kind);
        foreach (var distance in Enum.GetValues<VectorDistance>())
        {
            var scope = new VectorScope($"{distance}", "acme");
            await process.Index.Collections.EnsureAsync(TestVectors.Definition(scope.Collection, 2, distance));
            await process.Index.UpsertAsync(
                scope,
                [
                    new VectorItem { Id = "great", Vector = new float[] { 3e30f, 1 } }, new VectorItem { Id = "small", Vector = new float[] { 0, 1e-30f } },
                    new VectorItem { Id = "plain", Vector = new float[] { 70_000, -1 } },
                ]);

            var found = await process.Index.SearchAsync(scope, new VectorQuery { Vector = new float[] { 1e6f, 0 } });
            found.Select(static match => match.Id).Should().BeEquivalentTo("great", "small", "plain");
            found[0].Id.Should().Be(distance == VectorDistance.Euclidean ? "plain" : "great");
        }
    }

    private static async Task<string[]> FindAsync(PostgresVectorIndex index, VectorQuery query) =>
        [.. (await index.SearchAsync(Scope, query)).Select(static match => match.Id)];

    private static async Task<bool> HasIndexAsync(VectorProcess process) =>
        (await process.RowsAsync("SELECT 1 FROM pg_indexes WHERE schemaname = 'pipeline' AND indexname = 'vector_items_1_hnsw'")).Count > 0;

    private static async Task RunAsSuperuserAsync(VectorProcess process, string sql) =>
        await (await SharedServers.NodeAsync()).ExecuteAsync(sql, new NpgsqlConnectionStringBuilder(process.ConnectionString).Database);
}
