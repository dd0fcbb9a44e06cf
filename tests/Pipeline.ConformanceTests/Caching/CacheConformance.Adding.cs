using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task An_add_stores_where_nothing_stands_and_leaves_what_does()
    {
        var (first, second) = await OpenTwiceAsync();
        var tags = await GenerationsAsync(first, Name("t"));

        Assert.True(await TryAddAsync(first, Name("a"), "first", new() { FreshFor = Tick * 4, StaleFor = Tick * 2, Tags = tags }));
        var before = (await GetAsync(first, Name("a"))).Result;
        Assert.False(await TryAddAsync(second, Name("a"), "second"));

        var (after, text) = await GetAsync(second, Name("a"));
        Assert.Equal("first", text);
        Assert.Equal((before.FreshUntil, before.KeepUntil, tags), (after.FreshUntil, after.KeepUntil, after.Tags));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_add_leaves_whatever_stored_the_entry_that_stands()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("set"), "value");
        await SetManyAsync(cache, Entry(Name("many"), "value"));
        await SetTaggedAsync(cache, Name("tagged"), "value", Name("t"));

        foreach (var key in new[] { Name("set"), Name("many"), Name("tagged") })
        {
            Assert.False(await TryAddAsync(cache, key, "other"));
            Assert.Equal("value", await ReadAsync(cache, key));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_stale_entry_stands_and_one_that_is_gone_does_not()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "old", new() { FreshFor = Tick * 2, StaleFor = Tick * 2 });
        await AdvanceAsync(Tick * 2);
        Assert.False(await TryAddAsync(cache, Name("a"), "too early"));
        Assert.Equal("old", await ReadStaleAsync(cache, Name("a")));

        await AdvanceToJustBeforeAsync(Tick * 2);
        if (IsExact)
        {
            Assert.False(await TryAddAsync(cache, Name("a"), "too early"));
        }

        await AdvanceToEndAsync();

        Assert.True(await TryAddAsync(cache, Name("a"), "new"));
        Assert.Equal("new", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_that_was_invalidated_or_removed_does_not_stand()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("invalidated"), "old", Name("t"));
        await SetAsync(cache, Name("removed"), "old");
        await cache.InvalidateTagAsync(Name("t"));
        await cache.RemoveAsync(Name("removed"));

        foreach (var key in new[] { Name("invalidated"), Name("removed") })
        {
            Assert.True(await TryAddAsync(cache, key, "new"));
            Assert.Equal("new", await ReadAsync(cache, key));
            Assert.False(await TryAddAsync(cache, key, "newer"));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_that_was_stored_in_vain_does_not_stand()
    {
        var cache = await OpenAsync();
        var old = Lasting with { Tags = await GenerationsAsync(cache, Name("t")) };
        await cache.InvalidateTagAsync(Name("t"));
        await SetAsync(cache, Name("a"), "in vain", old);
        await TryAddAsync(cache, Name("b"), "in vain", old);

        Assert.True(await TryAddAsync(cache, Name("a"), "new"));
        Assert.True(await TryAddAsync(cache, Name("b"), "new"));
        Assert.Equal(["new", "new"], (await GetManyAsync(cache, [Name("a"), Name("b")])).Texts);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_adds_at_the_same_moment_one_stores()
    {
        var (first, second) = await OpenTwiceAsync();

        await AssertOneAddsAsync(first, second, RaceKeys());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_adds_at_the_same_moment_one_stores_also_where_something_invalid_lies()
    {
        var (first, second) = await OpenTwiceAsync();
        var keys = RaceKeys();
        var tagged = Lasting with { Tags = await GenerationsAsync(first, Name("t")) };
        await SetManyAsync(first, [.. keys.Select(key => Entry(key, "invalid", tagged))]);
        await first.InvalidateTagAsync(Name("t"));
        await GetManyAsync(second, keys, CacheReadOptions.RequireFreshTags);

        await AssertOneAddsAsync(first, second, keys);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_two_adds_at_the_same_moment_one_stores_also_where_an_entry_expired()
    {
        var (first, second) = await OpenTwiceAsync();
        var keys = RaceKeys();
        await SetManyAsync(first, [.. keys.Select(key => Entry(key, "expired", new() { FreshFor = Tick }))]);
        await AdvanceAsync(Tick);

        await AssertOneAddsAsync(first, second, keys);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Adds_and_removals_at_once_let_one_in_at_a_time()
    {
        var (first, second) = await OpenTwiceAsync();
        var inside = 0;
        var entered = await AtOnceAsync(4, async number =>
        {
            var cache = number % 2 == 0 ? first : second;
            var count = 0;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                if (!await TryAddAsync(cache, Name("a"), $"{number}"))
                {
                    continue;
                }

                count++;
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Assert.Equal($"{number}", await ReadAsync(cache, Name("a")));
                Interlocked.Decrement(ref inside);
                Assert.True(await cache.RemoveAsync(Name("a")));
            }

            return count;
        });

        Assert.True(entered.Sum() > 0);
        Assert.True(await TryAddAsync(first, Name("a"), "free"));
    }

    private static async Task AssertOneAddsAsync(ICacheBackend first, ICacheBackend second, string[] keys)
    {
        var added = await RaceAsync(keys, async (number, key) => await TryAddAsync(number == 0 ? first : second, key, $"{number}"));

        for (var i = 0; i < keys.Length; i++)
        {
            Assert.True(added[0][i] != added[1][i], $"Of two adds at the same moment {(added[0][i] ? "both" : "none")} stored.");
            Assert.Equal(added[0][i] ? "0" : "1", await ReadAsync(first, keys[i]));
        }
    }
}
