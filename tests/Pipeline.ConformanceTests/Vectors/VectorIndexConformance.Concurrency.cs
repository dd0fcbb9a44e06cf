using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    private const int Callers = 4;

    [Fact(Timeout = TimeLimit)]
    public async Task Concurrent_writers_lose_nothing()
    {
        var (first, scope) = await OpenAsync();
        var second = await _store.OpenAsync();

        await SideBySide.RunAsync(Callers, async number =>
        {
            var index = number % 2 == 0 ? first : second;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                await index.UpsertAsync(scope, [Item($"{number}-{i}", [1, i, number, 0]), Item($"{number}-{i}-gone", Axis(0)), Item("shared", [1, i, number, 1])]);
                await index.DeleteAsync(scope, [$"{number}-{i}-gone"]);
            }
        });

        var expected = Enumerable.Range(0, Callers).SelectMany(number => Enumerable.Range(0, _store.Repetitions).Select(i => $"{number}-{i}"));
        AssertIds([.. expected, "shared"], await IdsAsync(first, scope));
        Assert.Equal((Callers * _store.Repetitions) + 1, await second.CountAsync(scope));
    }

    /// <summary>A vector and its payload belong to one write, and a search sees the one with the other.</summary>
    [Fact(Timeout = TimeLimit)]
    public async Task A_search_beside_writers_sees_no_torn_item()
    {
        const int Long = 64;
        var (index, scope) = await OpenAsync(Definition(dimension: Long, distance: VectorDistance.DotProduct, fields: ("value", VectorValueKind.WholeNumber)));
        var ones = Enumerable.Repeat(1f, Long).ToArray();
        await index.UpsertAsync(scope, Write(0));

        await SideBySide.RunAsync(Callers, async number =>
        {
            var random = new SeededRandom((ulong)number);
            for (var i = 0; i < _store.Repetitions; i++)
            {
                if (number == 0)
                {
                    await index.UpsertAsync(scope, Write(random.Next(1_000)));
                    continue;
                }

                var value = random.Next(1_000);
                var filter = number == 1 ? VectorFilter.Between("value", min: value) : null;
                foreach (var match in await index.SearchAsync(scope, Query(ones, limit: 10, filter) with { IncludeVectors = true }))
                {
                    var written = match.Payload["value"].AsWholeNumber;
                    Assert.True(filter is null || written >= value, "What was found does not fulfil the filter.");
                    Assert.Equal(written * Long, match.Score, Tolerance * 64_000);
                    Assert.All(match.Vector.ToArray(), component => Assert.Equal(written, component));
                }
            }
        });

        static VectorItem[] Write(int value) =>
            [.. Enumerable.Range(0, 10).Select(i => Item($"i{i}", [.. Enumerable.Repeat((float)value, Long)], ("value", (long)value)))];
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Each_call_is_answered_by_one_version_wholly_while_versions_are_switched()
    {
        const int Items = 20;
        var (index, live) = await OpenAsync();
        await index.UpsertAsync(live, Version(1));
        var built = await index.Collections.BuildAsync(Definition(live.Collection));
        await index.UpsertAsync(new VectorScope(live.Collection, live.Tenant, built.Version), Version(2));
        Assert.True((await index.Collections.ValidateAsync(live.Collection, 2)).IsValid);

        await SideBySide.RunAsync(Callers, async number =>
        {
            var own = await _store.OpenAsync();
            for (var i = 0; i < _store.Repetitions; i++)
            {
                if (number == 0)
                {
                    var to = 1 + (i % 2);
                    await own.Collections.SwitchAsync(live.Collection, to);
                    Assert.Equal(to, (await own.SearchAsync(live, Query(Axis(0), limit: 1)))[0].Payload["version"].AsWholeNumber);
                    continue;
                }

                var payloads = number == 1
                    ? (await ReadAsync(own, live)).Select(static item => item.Payload)
                    : (await own.SearchAsync(live, Query(Axis(0), limit: Items))).Select(static match => match.Payload);
                var versions = payloads.Select(static payload => payload["version"].AsWholeNumber).ToList();
                Assert.Equal(Items, versions.Count);
                Assert.Single(versions.Distinct());
            }
        });

        static VectorItem[] Version(int version) =>
            [.. Enumerable.Range(0, Items).Select(i => Item($"i{i}", [1, i, 0, 0], ("version", (long)version)))];
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Concurrent_starts_make_one_collection_and_concurrent_builds_a_version_each()
    {
        var definition = Definition();
        var ensured = new VectorCollectionVersion[Callers];
        var built = new VectorCollectionVersion[Callers];

        await SideBySide.RunAsync(Callers, async number =>
        {
            var index = await _store.OpenAsync();
            var fields = new Dictionary<string, VectorValueKind> { [$"field-{number}"] = VectorValueKind.Text };
            ensured[number] = await index.Collections.EnsureAsync(definition with { FilterFields = fields });
            built[number] = await index.Collections.BuildAsync(definition);
        });

        Assert.All(ensured, static version => Assert.Equal(1, version.Version));
        Assert.Equal(Enumerable.Range(2, Callers), built.Select(static version => version.Version).Order());
        var listed = await (await _store.OpenAsync()).Collections.ListAsync(definition.Name);
        Assert.Equal(Callers + 1, listed.Count);
        Assert.Equal(Callers, listed[^1].Definition.FilterFields.Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_tenant_that_empties_itself_beside_a_writer_keeps_what_is_written()
    {
        var (index, scope) = await OpenAsync();

        await SideBySide.RunAsync(2, async number =>
        {
            for (var i = 0; i < _store.Repetitions * 5; i++)
            {
                if (number == 0)
                {
                    await index.UpsertAsync(scope, [Item("a", Axis(0))]);
                    Assert.Equal(["a"], await FindAsync(index, scope, Query(Axis(0)) with { Filter = VectorFilter.Not(VectorFilter.EqualTo("other", true)) }));
                    await index.DeleteAsync(scope, ["a"]);
                }
                else
                {
                    await index.DeleteAsync(scope, ["b"]);
                    await index.DeleteWhereAsync(scope, VectorFilter.EqualTo("other", true));
                }
            }
        });

        Assert.Equal(0, await index.CountAsync(scope));
    }
}
