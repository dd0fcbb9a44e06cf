using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_was_stored_is_found_at_once_with_its_payload()
    {
        var (index, scope) = await OpenAsync();
        (string, VectorValue)[] payload =
        [
            ("text", "größer \u6F22"), ("empty", ""), ("texts", VectorValue.FromStrings("a", "b")), ("whole", -VectorValue.MaxWholeNumber),
            ("number", 0.1), ("yes", true), ("no", false),
        ];

        await index.UpsertAsync(scope, [Item("a", [1, 2, 3, 4], payload), Item("b", [4, 3, 2, 1])]);

        var found = await (await _store.OpenAsync()).SearchAsync(scope, Query([1, 2, 3, 4]));
        Assert.Equal(["a", "b"], found.Select(static match => match.Id));
        Assert.Equal(payload.ToDictionary(static field => field.Item1, static field => field.Item2), found[0].Payload);
        Assert.Empty(found[1].Payload);
        Assert.True(found[0].Vector.IsEmpty, "The vector was not asked for.");
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_item_with_the_same_id_is_replaced_vector_and_payload()
    {
        var (index, scope) = await OpenAsync();
        await index.UpsertAsync(scope, [Item("a", Axis(0), ("old", 1)), Item("b", Axis(1))]);

        await index.UpsertAsync(scope, [Item("a", Axis(2), ("new", 2))]);

        Assert.Equal(2, await index.CountAsync(scope));
        var found = await index.SearchAsync(scope, Query(Axis(2), limit: 1));
        Assert.Equal("a", found[0].Id);
        Assert.Equal(1, found[0].Score, Tolerance);
        Assert.Equal(["new"], found[0].Payload.Keys);
        Assert.Equal(0, await index.CountAsync(scope, VectorFilter.EqualTo("old", 1)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_write_may_be_repeated()
    {
        var (index, scope) = await OpenAsync();
        VectorItem[] items = [Item("a", Axis(0)), Item("b", Axis(1)), Item("c", Axis(2), ("draft", true))];
        for (var i = 0; i < 3; i++)
        {
            await index.UpsertAsync(scope, items);
            Assert.Equal(3, await index.CountAsync(scope));
        }

        for (var i = 0; i < 2; i++)
        {
            await index.DeleteAsync(scope, ["a", "never there"]);
            await index.DeleteWhereAsync(scope, VectorFilter.EqualTo("draft", true));
            Assert.Equal(["b"], await IdsAsync(index, scope));
        }

        for (var i = 0; i < 2; i++)
        {
            await index.DeleteAllAsync(scope);
            Assert.Equal(0, await index.CountAsync(scope));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_memory_of_a_stored_vector_is_not_read_after_the_call()
    {
        var (index, scope) = await OpenAsync();
        var vector = Axis(0);
        var payload = new Dictionary<string, VectorValue> { ["a"] = 1 };
        await index.UpsertAsync(scope, [new VectorItem { Id = "a", Vector = vector, Payload = payload }]);

        (vector[0], vector[1]) = (0, 1);
        payload.Clear();

        var found = Assert.Single(await index.SearchAsync(scope, Query(Axis(0))));
        Assert.Equal(1, found.Score, Tolerance);
        Assert.Single(found.Payload);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_a_call_gives_back_can_be_changed_without_harm_to_what_is_stored()
    {
        var (index, scope) = await OpenAsync(Definition(distance: VectorDistance.DotProduct));
        await index.UpsertAsync(scope, [Item("a", [1, 2, 3, 4])]);
        var match = Assert.Single(await index.SearchAsync(scope, Query([1, 0, 0, 0]) with { IncludeVectors = true }));
        var read = Assert.Single(await ReadAsync(index, scope));
        foreach (var vector in new[] { match.Vector, read.Vector })
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(vector, out var array), "The vector is no array.");
            array.AsSpan().Fill(-1);
        }

        var again = Assert.Single(await index.SearchAsync(scope, Query([1, 0, 0, 0]) with { IncludeVectors = true }));
        Assert.Equal([1, 2, 3, 4], again.Vector.ToArray());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Limit_counts_and_an_empty_collection_answers_with_nothing()
    {
        var (index, scope) = await OpenAsync();
        Assert.Empty(await index.SearchAsync(scope, Query(Axis(0), limit: VectorQuery.MaxLimit)));
        Assert.Empty(await ReadAsync(index, scope));
        Assert.Equal(0, await index.CountAsync(scope, VectorFilter.EqualTo("a", 1)));

        await index.UpsertAsync(scope, [.. Enumerable.Range(0, 30).Select(i => Item($"i{i}", [1, i, 0, 0]))]);

        Assert.Equal(["i0"], await FindAsync(index, scope, Query(Axis(0), limit: 1)));
        Assert.Equal(Enumerable.Range(0, 7).Select(static i => $"i{i}"), await FindAsync(index, scope, Query(Axis(0), limit: 7)));
        Assert.Equal(30, (await index.SearchAsync(scope, Query(Axis(0), limit: VectorQuery.MaxLimit))).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Only_what_reaches_the_least_score_is_found()
    {
        var (index, scope) = await OpenAsync(Definition(distance: VectorDistance.DotProduct));
        await index.UpsertAsync(scope, [.. Enumerable.Range(-5, 11).Select(i => Item($"i{i}", [i, 1, 0, 0]))]);

        AssertIds(["i3", "i4", "i5"], await FindAsync(index, scope, Query([1, 0, 0, 0]) with { MinScore = 3 }));
        AssertIds(["i5", "i4"], await FindAsync(index, scope, Query([1, 0, 0, 0], limit: 2) with { MinScore = 3 }));
        Assert.Equal(11, (await FindAsync(index, scope, Query([1, 0, 0, 0], limit: 20) with { MinScore = -5 })).Length);
        Assert.Empty(await FindAsync(index, scope, Query([1, 0, 0, 0]) with { MinScore = 5.5f }));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Reading_gives_each_item_once_with_vector_and_payload()
    {
        var (index, scope) = await OpenAsync(Definition(distance: VectorDistance.Euclidean));
        var items = Enumerable.Range(0, 2_500).Select(i => Item($"i{i}", [i, -i, 0.5f, 0], ("i", (long)i))).ToList();
        foreach (var batch in items.Chunk(VectorArguments.MaxBatchSize))
        {
            await index.UpsertAsync(scope, batch);
        }

        var read = (await ReadAsync(index, scope)).ToDictionary(static item => item.Id);

        Assert.Equal(items.Count, read.Count);
        Assert.All(items, item =>
        {
            Assert.Equal(item.Vector.ToArray(), read[item.Id].Vector.ToArray());
            Assert.Equal(item.Payload, read[item.Id].Payload);
        });
        AssertIds(items.Skip(2_000).Select(static item => item.Id), await IdsAsync(index, scope, VectorFilter.Between("i", min: 2_000)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task While_items_come_and_go_reading_gives_those_that_stay_exactly_once()
    {
        var (index, scope) = await OpenAsync();
        var stays = Enumerable.Range(0, 1_500).Select(i => Item($"stays-{i}", [1, i, 0, 0])).ToList();
        foreach (var batch in stays.Chunk(500))
        {
            await index.UpsertAsync(scope, [.. batch, .. batch.Select(item => item with { Id = "goes" + item.Id })]);
        }

        var read = new List<string>();
        await foreach (var item in index.ReadAsync(scope))
        {
            read.Add(item.Id);
            if (read.Count is 100 or 1_000)
            {
                await index.UpsertAsync(scope, [.. Enumerable.Range(0, 500).Select(i => Item($"comes-{read.Count}-{i}", Axis(1)))]);
                await index.DeleteAsync(scope, [.. stays.Skip(read.Count == 100 ? 0 : 750).Take(750).Select(static item => "goes" + item.Id)]);
            }
        }

        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Empty(stays.Select(static item => item.Id).Except(read));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reader_that_stops_in_the_middle_does_no_harm()
    {
        var (index, scope) = await OpenAsync();
        await index.UpsertAsync(scope, [.. Enumerable.Range(0, 100).Select(i => Item($"i{i}", [1, i, 0, 0]))]);

        await foreach (var _ in index.ReadAsync(scope))
        {
            break;
        }

        Assert.Equal(100, await index.CountAsync(scope));
    }
}
