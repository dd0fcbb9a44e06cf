using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task The_first_version_of_a_collection_is_live_whoever_made_it()
    {
        var definition = Definition(fields: ("text", VectorValueKind.Text));
        var (first, second) = (await _store.OpenAsync(), await _store.OpenAsync());

        var made = await first.Collections.EnsureAsync(definition);
        var found = await second.Collections.EnsureAsync(definition);

        Assert.Equal((1, VectorVersionState.Live), (made.Version, made.State));
        Assert.Equal((made.Version, made.State, made.Created), (found.Version, found.State, found.Created));
        Assert.Equal(TimeSpan.Zero, made.Created.Offset);
        AssertDefinition(definition, found.Definition);
        AssertDefinition(definition, Assert.Single(await second.Collections.ListAsync(definition.Name)).Definition);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Another_model_dimension_distance_or_kind_of_field_is_an_error_that_names_both()
    {
        var definition = Definition(fields: ("text", VectorValueKind.Text));
        var (index, scope) = await OpenAsync(definition);
        (VectorCollectionDefinition Wanted, string Has, string Wants)[] cases =
        [
            (definition with { Model = "model-b" }, "model-a", "model-b"),
            (definition with { Dimension = 7 }, "4", "7"),
            (definition with { Distance = VectorDistance.Euclidean }, "Cosine", "Euclidean"),
            (definition with { FilterFields = new Dictionary<string, VectorValueKind> { ["text"] = VectorValueKind.Number } }, "Text", "Number"),
        ];
        foreach (var (wanted, has, wants) in cases)
        {
            var error = await Assert.ThrowsAsync<VectorCollectionException>(async () => await index.Collections.EnsureAsync(wanted));
            Assert.Equal(scope.Collection, error.Collection);
            Assert.Contains(has, error.Message, StringComparison.Ordinal);
            Assert.Contains(wants, error.Message, StringComparison.Ordinal);
        }

        AssertDefinition(definition, (await index.Collections.EnsureAsync(definition)).Definition);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_version_is_built_validated_switched_to_and_the_old_one_retired()
    {
        var definition = Definition();
        var (index, live) = await OpenAsync(definition);
        await index.UpsertAsync(live, [Item("old", Axis(0)), Item("both", Axis(1))]);
        var built = await index.Collections.BuildAsync(definition with { Model = "model-b", Dimension = 2 });
        var next = new VectorScope(live.Collection, live.Tenant, built.Version);
        Assert.Equal((2, VectorVersionState.Building), (built.Version, built.State));
        Assert.Equal(0, await index.CountAsync(next));

        await index.UpsertAsync(next, [Item("new", [1, 0]), Item("both", [0, 1])]);
        Assert.Equal(["both", "old"], await IdsAsync(index, live));
        Assert.Equal(["both", "new"], await IdsAsync(index, next));

        var validation = await index.Collections.ValidateAsync(live.Collection, 2);
        Assert.True(validation.IsValid, string.Join(' ', validation.Problems));
        Assert.Equal((2L, 2L, 2), (validation.Items, validation.LiveItems, validation.SampleSize));
        Assert.Equal(1, validation.Recall, 0.001);
        await index.Collections.SwitchAsync(live.Collection, 2);
        var other = await _store.OpenAsync();
        Assert.Equal(["both", "new"], await IdsAsync(other, live));
        Assert.Equal(["both", "old"], await IdsAsync(other, new VectorScope(live.Collection, live.Tenant, 1)));
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Live), (1, VectorVersionState.Superseded));

        await index.Collections.RetireAsync(live.Collection, 1);
        await index.Collections.RetireAsync(live.Collection, 1);
        await AssertStatesAsync(other, live.Collection, (2, VectorVersionState.Live));
        await Assert.ThrowsAsync<VectorCollectionException>(async () => await other.CountAsync(new VectorScope(live.Collection, live.Tenant, 1)));
        Assert.Equal(["both", "new"], await IdsAsync(index, live));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task One_can_go_back_to_the_version_before()
    {
        var (index, live) = await OpenAsync();
        await index.UpsertAsync(live, [Item("old", Axis(0))]);
        await BuildAsync(index, live, "new");
        await index.Collections.SwitchAsync(live.Collection, 2);
        await index.Collections.SwitchAsync(live.Collection, 2);

        await index.Collections.SwitchAsync(live.Collection, 1);

        Assert.Equal(["old"], await IdsAsync(index, live));
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Superseded), (1, VectorVersionState.Live));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_version_that_was_not_validated_does_not_go_live()
    {
        var (index, live) = await OpenAsync();
        await index.UpsertAsync(live, [Item("old", Axis(0))]);
        await BuildAsync(index, live, validates: false, "new");

        var error = await Assert.ThrowsAsync<VectorCollectionException>(async () => await index.Collections.SwitchAsync(live.Collection, 2));

        Assert.Equal(2, error.Version);
        Assert.Equal(["old"], await IdsAsync(index, live));
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Building), (1, VectorVersionState.Live));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_version_with_too_few_items_is_not_valid_and_loses_a_validation_that_it_had()
    {
        var (index, live) = await OpenAsync();
        await index.UpsertAsync(live, [Item("a", Axis(0)), Item("b", Axis(1))]);
        await index.UpsertAsync(new VectorScope(live.Collection, "other"), [Item("a", Axis(0))]);
        await BuildAsync(index, live, validates: false, "a", "b");

        var tooFew = await index.Collections.ValidateAsync(live.Collection, 2);
        Assert.False(tooFew.IsValid);
        Assert.Equal((2L, 3L), (tooFew.Items, tooFew.LiveItems));
        Assert.Contains("3", Assert.Single(tooFew.Problems), StringComparison.Ordinal);

        Assert.True((await index.Collections.ValidateAsync(live.Collection, 2, new VectorValidationOptions { MinItems = 2 })).IsValid);
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Validated), (1, VectorVersionState.Live));
        Assert.False((await index.Collections.ValidateAsync(live.Collection, 2, new VectorValidationOptions { MinItems = 3 })).IsValid);
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Building), (1, VectorVersionState.Live));
        await Assert.ThrowsAsync<VectorCollectionException>(async () => await index.Collections.SwitchAsync(live.Collection, 2));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_live_version_stays_live_whatever_its_validation_finds_and_is_not_retired()
    {
        var (index, live) = await OpenAsync();
        await index.UpsertAsync(live, [Item("a", Axis(0))]);

        Assert.False((await index.Collections.ValidateAsync(live.Collection, 1, new VectorValidationOptions { MinItems = 2 })).IsValid);
        var error = await Assert.ThrowsAsync<VectorCollectionException>(async () => await index.Collections.RetireAsync(live.Collection, 1));

        Assert.Equal((live.Collection, (int?)1), (error.Collection, error.Version));
        Assert.Equal(["a"], await IdsAsync(index, live));
        await AssertStatesAsync(index, live.Collection, (1, VectorVersionState.Live));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Numbers_are_never_used_twice_and_retiring_what_is_not_there_is_passed_over()
    {
        var definition = Definition();
        var (index, live) = await OpenAsync(definition);
        Assert.Equal(2, (await index.Collections.BuildAsync(definition)).Version);
        await index.Collections.RetireAsync(live.Collection, 2);
        Assert.Equal(3, (await index.Collections.BuildAsync(definition)).Version);

        await index.Collections.RetireAsync(live.Collection, 99);
        await index.Collections.RetireAsync(live.Collection, 0);
        await index.Collections.RetireAsync(UniqueName("unknown"), 1);

        await AssertStatesAsync(index, live.Collection, (3, VectorVersionState.Building), (1, VectorVersionState.Live));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_empty_version_can_take_an_empty_ones_place()
    {
        var definition = Definition();
        var (index, live) = await OpenAsync(definition);
        await index.Collections.BuildAsync(definition);

        var validation = await index.Collections.ValidateAsync(live.Collection, 2);

        Assert.Equal((0L, 0L, 0, 1d, true), (validation.Items, validation.LiveItems, validation.SampleSize, validation.Recall, validation.IsValid));
        await index.Collections.SwitchAsync(live.Collection, 2);
        await AssertStatesAsync(index, live.Collection, (2, VectorVersionState.Live), (1, VectorVersionState.Superseded));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task All_collections_are_listed_by_name_and_falling_number()
    {
        var index = await _store.OpenAsync();
        var suffix = Guid.NewGuid().ToString("N");
        string[] names = ["B" + suffix, "a" + suffix, "A" + suffix];
        foreach (var name in names)
        {
            await index.Collections.EnsureAsync(Definition(name));
            await index.Collections.BuildAsync(Definition(name));
        }

        var listed = (await index.Collections.ListAsync()).Where(version => names.Contains(version.Definition.Name)).ToList();

        Assert.Equal(
            names.Order(StringComparer.Ordinal).SelectMany(static name => new[] { (name, 2), (name, 1) }),
            listed.Select(static version => (version.Definition.Name, version.Version)));
    }

    private static async Task AssertStatesAsync(IVectorIndex index, string collection, params (int Version, VectorVersionState State)[] expected) =>
        Assert.Equal(expected, (await index.Collections.ListAsync(collection)).Select(static version => (version.Version, version.State)));

    private static void AssertDefinition(VectorCollectionDefinition expected, VectorCollectionDefinition actual)
    {
        Assert.Equal(
            (expected.Name, expected.Model, expected.Dimension, expected.Distance), (actual.Name, actual.Model, actual.Dimension, actual.Distance));
        Assert.Equal(expected.FilterFields, actual.FilterFields);
    }

    private static Task BuildAsync(IVectorIndex index, VectorScope live, params string[] ids) => BuildAsync(index, live, validates: true, ids);

    private static async Task BuildAsync(IVectorIndex index, VectorScope live, bool validates, params string[] ids)
    {
        var built = await index.Collections.BuildAsync(Definition(live.Collection));
        await index.UpsertAsync(new VectorScope(live.Collection, live.Tenant, built.Version), [.. ids.Select(static id => Item(id, Axis(0)))]);
        if (validates)
        {
            var validation = await index.Collections.ValidateAsync(live.Collection, built.Version, new VectorValidationOptions { MinItems = 0 });
            Assert.True(validation.IsValid, string.Join(' ', validation.Problems));
        }
    }
}
