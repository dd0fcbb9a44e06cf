using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    private static readonly (string Field, VectorValueKind Kind)[] AllKinds =
    [
        ("text", VectorValueKind.Text), ("texts", VectorValueKind.Texts), ("whole", VectorValueKind.WholeNumber), ("number", VectorValueKind.Number),
        ("flag", VectorValueKind.Boolean),
    ];

    /// <summary>Filters by their meaning; whether fields are indexed must not matter.</summary>
    public static TheoryData<bool, string> FilterCases { get; } = Pairs([true, false], Filters.Keys);

    private static Dictionary<string, VectorFilter> Filters => new(StringComparer.Ordinal)
    {
        ["text"] = VectorFilter.EqualTo("text", "en"),
        ["empty text"] = VectorFilter.EqualTo("text", ""),
        ["text of another case"] = VectorFilter.EqualTo("text", "EN"),
        ["one of texts"] = VectorFilter.EqualTo("texts", "b"),
        ["text that nobody has"] = VectorFilter.EqualTo("text", "xx"),
        ["whole number"] = VectorFilter.EqualTo("whole", 3),
        ["great whole number"] = VectorFilter.EqualTo("whole", VectorValue.MaxWholeNumber),
        ["whole number where numbers are"] = VectorFilter.EqualTo("number", 1),
        ["true"] = VectorFilter.EqualTo("flag", true),
        ["false"] = VectorFilter.EqualTo("flag", false),
        ["field that nobody has"] = VectorFilter.EqualTo("missing", "x"),
        ["not a field that nobody has"] = VectorFilter.Not(VectorFilter.EqualTo("missing", "x")),
        ["any of texts"] = VectorFilter.AnyOf("text", "de", "", "nothing"),
        ["any of texts in lists"] = VectorFilter.AnyOf("texts", "c", "a"),
        ["any of whole numbers"] = VectorFilter.AnyOf("whole", 1, 3, -5),
        ["any of a thousand texts"] = VectorFilter.AnyOf("text", Enumerable.Range(0, 999).Select(i => (VectorValue)$"x{i}").Append("en")),
        ["any of a thousand numbers"] = VectorFilter.AnyOf("whole", Enumerable.Range(3, 1_000).Select(i => (VectorValue)(long)i)),
        ["from"] = VectorFilter.Between("whole", min: 2),
        ["to"] = VectorFilter.Between("number", max: 0.5),
        ["from to"] = VectorFilter.Between("number", 0.5, 0.5),
        ["between whole numbers by fractions"] = VectorFilter.Between("whole", 0.5, 2.5),
        ["range of a text"] = VectorFilter.Between("text", min: 0),
        ["range of a flag"] = VectorFilter.Between("flag", min: 0),
        ["not"] = VectorFilter.Not(VectorFilter.EqualTo("text", "en")),
        ["not a range"] = VectorFilter.Not(VectorFilter.Between("whole", max: 2)),
        ["not not"] = VectorFilter.Not(VectorFilter.Not(VectorFilter.EqualTo("text", "en"))),
        ["and"] = VectorFilter.All(VectorFilter.EqualTo("text", "en"), VectorFilter.Between("whole", min: 2), VectorFilter.EqualTo("flag", true)),
        ["or"] = VectorFilter.Any(VectorFilter.EqualTo("text", "de"), VectorFilter.EqualTo("whole", 3), VectorFilter.EqualTo("missing", 1)),
        ["all and none"] = VectorFilter.All(VectorFilter.EqualTo("text", "en"), VectorFilter.Not(VectorFilter.EqualTo("text", "en"))),
        ["mixed"] = VectorFilter.Any(
            VectorFilter.All(VectorFilter.EqualTo("text", "en"), VectorFilter.Not(VectorFilter.EqualTo("flag", true))),
            VectorFilter.Not(VectorFilter.Any(VectorFilter.EqualTo("texts", "a"), VectorFilter.Between("number", min: -10)))),
        ["another kind of value in the field"] = VectorFilter.EqualTo("odd", "7"),
        ["another kind of number in the field"] = VectorFilter.Between("odd", 6.5, 8),
        ["the number itself in the field"] = VectorFilter.EqualTo("odd", 7),
        ["the flag in the field"] = VectorFilter.EqualTo("odd", true),
        ["deep"] = Enumerable.Range(0, VectorFilter.MaxDepth - 1).Aggregate(VectorFilter.EqualTo("text", "en"), (inner, _) => VectorFilter.Not(inner)),
        ["wide"] = VectorFilter.Any(Enumerable.Range(-100, 255).Select(static i => VectorFilter.EqualTo("whole", i))),
    };

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(FilterCases))]
    public async Task A_filter_selects_what_it_says_in_every_call(bool isIndexed, string name)
    {
        var filter = Filters[name];
        (string Field, VectorValueKind Kind)[] fields = isIndexed ? [.. AllKinds, ("odd", VectorValueKind.WholeNumber)] : [];
        var (index, scope) = await OpenAsync(Definition(fields: fields));
        var items = FilteredItems();
        await index.UpsertAsync(scope, items);
        var expected = items.Where(item => filter.Matches(item.Payload)).Select(static item => item.Id).ToList();

        AssertIds(expected, await FindAsync(index, scope, Query(Axis(0), limit: 100, filter)));
        AssertIds(expected, await FindAsync(index, scope, Query(Axis(0), limit: 100, filter) with { Exact = true }));
        AssertIds(expected, await IdsAsync(index, scope, filter));
        Assert.Equal(expected.Count, await index.CountAsync(scope, filter));
        await index.DeleteWhereAsync(scope, filter);
        AssertIds(items.Select(static item => item.Id).Except(expected), await IdsAsync(index, scope));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_filter_goes_before_the_limit_and_beside_the_threshold()
    {
        var (index, scope) = await OpenAsync(Definition(distance: VectorDistance.DotProduct, fields: ("even", VectorValueKind.Boolean)));
        await index.UpsertAsync(scope, [.. Enumerable.Range(0, 200).Select(i => Item($"i{i}", [i, 1, 0, 0], ("even", i % 2 == 0)))]);
        var even = VectorFilter.EqualTo("even", true);

        Assert.Equal(["i198", "i196", "i194"], await FindAsync(index, scope, Query([1, 0, 0, 0], limit: 3, even)));
        Assert.Equal(["i198", "i196"], await FindAsync(index, scope, Query([1, 0, 0, 0], limit: 3, even) with { MinScore = 195.5f }));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Fields_that_are_named_later_are_indexed_for_the_items_that_are_there()
    {
        var definition = Definition(fields: ("text", VectorValueKind.Text));
        var (index, scope) = await OpenAsync(definition);
        var items = FilteredItems();
        await index.UpsertAsync(scope, items);

        var version = await index.Collections.EnsureAsync(definition with { FilterFields = AllKinds.ToDictionary(static one => one.Field, static one => one.Kind) });
        await index.UpsertAsync(scope, [Item("later", Axis(1), ("whole", 3), ("text", "en"))]);

        Assert.Equal(AllKinds.Length, version.Definition.FilterFields.Count);
        Assert.Equal(version.Definition.FilterFields, (await index.Collections.ListAsync(scope.Collection)).Single().Definition.FilterFields);
        foreach (var filter in Filters.Values)
        {
            var expected = items.Append(Item("later", Axis(1), ("whole", 3), ("text", "en"))).Where(item => filter.Matches(item.Payload));
            AssertIds(expected.Select(static item => item.Id), await FindAsync(index, scope, Query(Axis(0), limit: 100, filter)));
        }

        // An application of the old definition starts again: nothing is taken back.
        Assert.Equal(AllKinds.Length, (await index.Collections.EnsureAsync(definition)).Definition.FilterFields.Count);
    }

    private static List<VectorItem> FilteredItems() =>
    [
        Item("none", [1, 0, 0, 0]),
        Item("en", [1, 1, 0, 0], ("text", "en"), ("whole", 1), ("flag", true)),
        Item("en2", [1, 2, 0, 0], ("text", "en"), ("whole", 2), ("flag", true), ("number", 0.5)),
        Item("en3", [1, 3, 0, 0], ("text", "en"), ("whole", 3), ("flag", false), ("number", 1.0)),
        Item("de", [1, 4, 0, 0], ("text", "de"), ("whole", VectorValue.MaxWholeNumber), ("number", -1e300)),
        Item("empty", [1, 5, 0, 0], ("text", ""), ("texts", VectorValue.FromStrings()), ("whole", 0), ("number", -0.0)),
        Item("list", [1, 6, 0, 0], ("texts", VectorValue.FromStrings("a", "b")), ("number", 1)),
        Item("list2", [1, 7, 0, 0], ("texts", VectorValue.FromStrings("b", "c")), ("text", VectorValue.FromStrings("en", "de"))),
        Item("odd text", [1, 8, 0, 0], ("odd", "7")),
        Item("odd whole", [1, 9, 0, 0], ("odd", 7)),
        Item("odd number", [1, 10, 0, 0], ("odd", 7.0)),
        Item("odd flag", [1, 11, 0, 0], ("odd", true)),
        Item("odd texts", [1, 12, 0, 0], ("odd", VectorValue.FromStrings("6", "7"))),
    ];
}
