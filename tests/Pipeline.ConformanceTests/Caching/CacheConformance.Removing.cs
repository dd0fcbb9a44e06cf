using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_removed_entry_is_never_returned()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value", Lasting with { StaleFor = TimeSpan.FromDays(1) });
        await SetTaggedAsync(first, Name("tagged"), "value", Name("t"));
        foreach (var key in new[] { Name("a"), Name("tagged") })
        {
            Assert.Equal("value", await ReadAsync(second, key));

            Assert.True(await first.RemoveAsync(key));

            Assert.Null(await ReadAsync(second, key));
            Assert.Null(await ReadStaleAsync(first, key));
            Assert.Equal([null], (await GetManyAsync(second, [key], CacheReadOptions.AllowStale)).Texts);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_removal_says_whether_something_stood_there()
    {
        var cache = await OpenAsync();
        Assert.False(await cache.RemoveAsync(Name("never")));

        await SetAsync(cache, Name("fresh"), "value");
        await SetAsync(cache, Name("stale"), "value", new() { FreshFor = Tick, StaleFor = TimeSpan.FromHours(1) });
        await SetAsync(cache, Name("gone"), "value", new() { FreshFor = Tick });
        await AdvanceAsync(Tick);

        Assert.True(await cache.RemoveAsync(Name("fresh")));
        Assert.True(await cache.RemoveAsync(Name("stale")));
        Assert.False(await cache.RemoveAsync(Name("gone")));
        foreach (var key in new[] { Name("fresh"), Name("stale"), Name("gone") })
        {
            Assert.False(await cache.RemoveAsync(key));
            Assert.Null(await ReadStaleAsync(cache, key));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Removing_what_is_not_valid_is_harmless()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "value", Name("t"));
        await cache.InvalidateTagAsync(Name("t"));

        await cache.RemoveAsync(Name("a"));

        Assert.Null(await ReadStaleAsync(cache, Name("a")));
        Assert.False(await cache.RemoveAsync(Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_removal_leaves_its_key_free_and_the_tags_as_they_are()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "old", Name("t"));
        await SetTaggedAsync(cache, Name("b"), "old", Name("t"));
        var generation = await GenerationAsync(cache, Name("t"));
        await cache.RemoveAsync(Name("a"));
        await SetAsync(cache, Name("a"), "new");

        Assert.Equal(generation, await GenerationAsync(cache, Name("t")));
        Assert.Equal("old", await ReadAsync(cache, Name("b")));
        await cache.InvalidateTagAsync(Name("t"));
        Assert.Equal("new", await ReadAsync(cache, Name("a")));
        Assert.Null(await ReadAsync(cache, Name("b")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_value_that_was_computed_meanwhile_can_be_stored_after_a_removal()
    {
        var cache = await OpenAsync();
        var generations = await GenerationsAsync(cache, Name("t"));
        await cache.RemoveAsync(Name("a"));

        await SetAsync(cache, Name("a"), "value", Lasting with { Tags = generations });

        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_removals_at_the_same_moment_one_removes()
    {
        var (first, second) = await OpenTwiceAsync();
        var keys = RaceKeys();
        await SetManyAsync(first, [.. keys.Select(key => Entry(key, "value"))]);

        var removed = await RaceAsync(keys, async (number, key) => await (number == 0 ? first : second).RemoveAsync(key));

        Assert.All(Enumerable.Range(0, keys.Length), i => Assert.True(removed[0][i] != removed[1][i]));
        Assert.All((await GetManyAsync(second, keys)).Texts, Assert.Null);
    }
}
