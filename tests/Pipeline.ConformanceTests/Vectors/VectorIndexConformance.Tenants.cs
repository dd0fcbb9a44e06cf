using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Equal_ids_vectors_and_payloads_of_two_tenants_are_two_items_on_every_path()
    {
        var (index, scope) = await OpenAsync(Definition(fields: ("text", VectorValueKind.Text)));
        var other = new VectorScope(scope.Collection, "acme2");
        VectorItem[] items = [Item("a", Axis(0), ("text", "x")), Item("b", Axis(1), ("text", "x")), Item("c", Axis(2), ("text", "y"))];
        await index.UpsertAsync(scope, items);
        await AssertEmptyAsync(other);

        await index.UpsertAsync(other, items);
        await index.UpsertAsync(other, [Item("a", Axis(3), ("text", "z"))]);
        Assert.Equal("x", (await index.SearchAsync(scope, Query(Axis(0), limit: 1)))[0].Payload["text"].AsText);

        await index.DeleteAsync(other, ["a"]);
        await AssertWholeAsync(scope);
        await index.DeleteWhereAsync(other, VectorFilter.EqualTo("text", "x"));
        await AssertWholeAsync(scope);
        await index.DeleteAllAsync(other);
        await AssertWholeAsync(scope);
        await AssertEmptyAsync(other);

        async Task AssertWholeAsync(VectorScope whole)
        {
            Assert.Equal(["a", "b", "c"], await IdsAsync(index, whole));
            AssertIds(["a", "b", "c"], await FindAsync(index, whole, Query(Axis(0))));
            Assert.Equal(2, await index.CountAsync(whole, VectorFilter.EqualTo("text", "x")));
        }

        async Task AssertEmptyAsync(VectorScope empty)
        {
            Assert.Equal(0, await index.CountAsync(empty));
            Assert.Empty(await ReadAsync(index, empty));
            Assert.Empty(await index.SearchAsync(empty, Query(Axis(0))));
            Assert.Empty(await index.SearchAsync(empty, Query(Axis(0), filter: VectorFilter.EqualTo("text", "x")) with { Exact = true }));
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("a", "A")]
    [InlineData("a", "a ")]
    [InlineData("a:b", "a")]
    [InlineData("%", "_")]
    [InlineData("é", "e\u0301")]
    [InlineData("x' OR '1'='1", "x")]
    [InlineData("*", "tenant")]
    public async Task Names_of_tenants_collections_and_ids_are_told_apart_to_the_letter(string left, string right)
    {
        var suffix = Guid.NewGuid().ToString("N");
        var index = await _store.OpenAsync();
        string[] names = [left, right];
        var scopes = names.SelectMany(collection => names.Select(tenant => new VectorScope($"{collection}{suffix}", tenant))).ToList();
        foreach (var scope in scopes)
        {
            await index.Collections.EnsureAsync(Definition(scope.Collection));
        }

        foreach (var (number, scope) in scopes.Index())
        {
            await index.UpsertAsync(scope, [Item(left, Axis(0), ("n", number)), Item(right, Axis(1), ("n", number))]);
        }

        foreach (var (number, scope) in scopes.Index())
        {
            AssertIds(names, await IdsAsync(index, scope, VectorFilter.EqualTo("n", number)));
            Assert.Equal(2, await index.CountAsync(scope));
            Assert.Equal([left], await FindAsync(index, scope, Query(Axis(0), limit: 1)));
        }

        await index.DeleteAsync(scopes[0], [left]);
        Assert.Equal([right], await IdsAsync(index, scopes[0]));
        Assert.All(await Task.WhenAll(scopes.Skip(1).Select(scope => index.CountAsync(scope).AsTask())), static count => Assert.Equal(2, count));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_longest_names_are_kept_whole()
    {
        var longest = new string('n', Backends.StoredName.MaxBytes - 1);
        var (index, scope) = await OpenAsync(Definition(longest[..^32] + Guid.NewGuid().ToString("N")));
        var (first, second) = (new VectorScope(scope.Collection, longest + "1"), new VectorScope(scope.Collection, longest + "2"));
        await index.UpsertAsync(first, [Item(longest + "1", Axis(0)), Item(longest + "2", Axis(1))]);
        await index.UpsertAsync(second, [Item(longest + "3", Axis(0))]);

        AssertIds([longest + "1", longest + "2"], await IdsAsync(index, first));
        AssertIds([longest + "3"], await FindAsync(index, second, Query(Axis(0))));
    }
}
