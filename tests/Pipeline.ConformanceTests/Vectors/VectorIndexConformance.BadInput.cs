using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_default_scope_is_refused_by_every_call()
    {
        var (index, _) = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.UpsertAsync(default, [Item("a", Axis(0))]));
        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.SearchAsync(default, Query(Axis(0))));
        Assert.Throws<ArgumentException>("scope", () => index.ReadAsync(default));
        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.CountAsync(default));
        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.DeleteAsync(default, ["a"]));
        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.DeleteWhereAsync(default, VectorFilter.EqualTo("a", 1)));
        await Assert.ThrowsAsync<ArgumentException>("scope", async () => await index.DeleteAllAsync(default));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Null_is_refused_by_every_call()
    {
        var (index, scope) = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentNullException>("items", async () => await index.UpsertAsync(scope, null!));
        await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, [Item("a", Axis(0)), null!]));
        await Assert.ThrowsAsync<ArgumentNullException>("query", async () => await index.SearchAsync(scope, null!));
        await Assert.ThrowsAsync<ArgumentNullException>("ids", async () => await index.DeleteAsync(scope, null!));
        await Assert.ThrowsAsync<ArgumentNullException>("ids", async () => await index.DeleteAsync(scope, [null!]));
        await Assert.ThrowsAsync<ArgumentNullException>("filter", async () => await index.DeleteWhereAsync(scope, null!));
        await Assert.ThrowsAsync<ArgumentNullException>("definition", async () => await index.Collections.EnsureAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("definition", async () => await index.Collections.BuildAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("collection", async () => await index.Collections.ValidateAsync(null!, 1));
        await Assert.ThrowsAsync<ArgumentNullException>("collection", async () => await index.Collections.SwitchAsync(null!, 1));
        await Assert.ThrowsAsync<ArgumentNullException>("collection", async () => await index.Collections.RetireAsync(null!, 1));
        Assert.Equal(0, await index.CountAsync(scope));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_no_name_is_refused()
    {
        var (index, scope) = await OpenAsync();
        foreach (var name in new[] { "", "tab\there", "half \uD800", new string('n', Backends.StoredName.MaxBytes + 1) })
        {
            await Assert.ThrowsAsync<ArgumentException>("ids", async () => await index.DeleteAsync(scope, ["fine", name]));
            await Assert.ThrowsAsync<ArgumentException>("collection", async () => await index.Collections.ValidateAsync(name, 1));
            await Assert.ThrowsAsync<ArgumentException>("collection", async () => await index.Collections.SwitchAsync(name, 1));
            await Assert.ThrowsAsync<ArgumentException>("collection", async () => await index.Collections.RetireAsync(name, 1));
            await Assert.ThrowsAsync<ArgumentException>("collection", async () => await index.Collections.ListAsync(name));
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(Dimension - 1)]
    [InlineData(Dimension + 1)]
    [InlineData(1)]
    public async Task A_vector_of_the_wrong_dimension_is_refused_with_its_whole_batch(int dimension)
    {
        var (index, scope) = await OpenAsync();

        var error = await Assert.ThrowsAsync<ArgumentException>(
            "items", async () => await index.UpsertAsync(scope, [Item("good", Axis(0)), Item("bad", Axis(0, dimension))]));
        Assert.Contains($"{dimension} components", error.Message, StringComparison.Ordinal);
        Assert.Contains("model-a", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>("query", async () => await index.SearchAsync(scope, Query(Axis(0, dimension))));
        Assert.Equal(0, await index.CountAsync(scope));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(Distances))]
    public async Task All_zeros_are_refused_by_cosine_and_a_vector_like_others_elsewhere(VectorDistance distance)
    {
        var (index, scope) = await OpenAsync(Definition(distance: distance));
        var zeros = new float[Dimension];
        if (distance == VectorDistance.Cosine)
        {
            await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, [Item("good", Axis(0)), Item("bad", zeros)]));
            await Assert.ThrowsAsync<ArgumentException>("query", async () => await index.SearchAsync(scope, Query(zeros)));
            Assert.Equal(0, await index.CountAsync(scope));
            return;
        }

        await index.UpsertAsync(scope, [Item("zeros", zeros)]);
        Assert.Equal(0, Assert.Single(await index.SearchAsync(scope, Query(zeros))).Score, Tolerance);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task NaN_and_infinity_reach_no_index(float component)
    {
        await OpenAsync();

        Assert.Throws<ArgumentException>("Vector", () => Item("a", [1, component, 0, 0]));
        Assert.Throws<ArgumentException>("Vector", () => Query([1, component, 0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>("MinScore", () => Query(Axis(0)) with { MinScore = component });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Batches_that_are_empty_too_large_or_name_an_id_twice_are_refused_and_store_nothing()
    {
        var (index, scope) = await OpenAsync();
        VectorItem[] tooMany = [.. Enumerable.Range(0, VectorArguments.MaxBatchSize + 1).Select(static i => Item($"i{i}", Axis(0)))];

        await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, []));
        await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, tooMany));
        await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, [Item("a", Axis(0)), Item("b", Axis(1)), Item("a", Axis(2))]));
        await Assert.ThrowsAsync<ArgumentException>("ids", async () => await index.DeleteAsync(scope, []));
        await Assert.ThrowsAsync<ArgumentException>("ids", async () => await index.DeleteAsync(scope, [.. tooMany.Select(static item => item.Id)]));
        Assert.Equal(0, await index.CountAsync(scope));

        await index.UpsertAsync(scope, tooMany[1..]);
        Assert.Equal(VectorArguments.MaxBatchSize, await index.CountAsync(scope));
        await index.DeleteAsync(scope, [.. tooMany[1..].Select(static item => item.Id)]);
        Assert.Equal(0, await index.CountAsync(scope));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_with_too_many_components_is_refused()
    {
        const int Long = 4_096;
        const int Most = VectorArguments.MaxBatchComponents / Long;
        var (index, scope) = await OpenAsync(Definition(dimension: Long));
        VectorItem[] tooMany = [.. Enumerable.Range(0, Most + 1).Select(static i => Item($"i{i}", Axis(i, Long)))];

        var error = await Assert.ThrowsAsync<ArgumentException>("items", async () => await index.UpsertAsync(scope, tooMany));

        Assert.Contains($"{Most}", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await index.CountAsync(scope));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_unknown_collection_or_version_is_an_error_that_names_it_in_every_call()
    {
        var (index, known) = await OpenAsync();
        foreach (var (scope, version) in new (VectorScope, int?)[] { (new(UniqueName("unknown"), "acme"), null), (new(known.Collection, "acme", 7), 7) })
        {
            Func<Task>[] calls =
            [
                async () => await index.UpsertAsync(scope, [Item("a", Axis(0))]),
                async () => await index.SearchAsync(scope, Query(Axis(0))),
                async () => await ReadAsync(index, scope),
                async () => await index.CountAsync(scope),
                async () => await index.DeleteAsync(scope, ["a"]),
                async () => await index.DeleteWhereAsync(scope, VectorFilter.EqualTo("a", 1)),
                async () => await index.DeleteAllAsync(scope),
                async () => await index.Collections.ValidateAsync(scope.Collection, 7),
                async () => await index.Collections.SwitchAsync(scope.Collection, 7),
            ];
            foreach (var (number, call) in calls.Index())
            {
                var error = await Assert.ThrowsAsync<VectorCollectionException>(call);
                Assert.Equal(scope.Collection, error.Collection);
                Assert.Equal(number < 7 ? version : 7, error.Version);
            }
        }

        await Assert.ThrowsAsync<VectorCollectionException>(async () => await index.Collections.BuildAsync(Definition()));
        Assert.Empty(await index.Collections.ListAsync(UniqueName("unknown")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bad_scope_of_a_reader_is_an_error_at_once_and_a_missing_collection_on_enumeration()
    {
        var (index, _) = await OpenAsync();

        var reading = index.ReadAsync(new VectorScope(UniqueName("unknown"), "acme"));

        await Assert.ThrowsAsync<VectorCollectionException>(async () => await reading.GetAsyncEnumerator().MoveNextAsync());
    }
}
