using System.Buffers;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Several_values_are_written_one_after_the_other_in_the_order_of_their_keys()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "A");
        await SetAsync(first, Name("b"), "a longer value");
        await SetAsync(first, Name("empty"), "");

        var (results, texts) = await GetManyAsync(second, [Name("b"), Name("none"), Name("empty"), Name("a"), Name("b"), Name("none")]);

        Assert.Equal(["a longer value", null, "", "A", "a longer value", null], texts);
        Assert.Equal([14, 0, 0, 1, 14, 0], results.Select(result => result.Length));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_keys_have_no_results()
    {
        var cache = await OpenAsync();
        var destination = new StrictBufferWriter();

        await cache.GetManyAsync(default, destination, default);
        await cache.GetManyAsync(Array.Empty<string>(), destination, new CacheReadResult[2]);
        await cache.SetManyAsync(default);

        Assert.Equal(0, destination.Length);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Results_beyond_the_keys_are_left_alone_and_those_of_before_are_replaced()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var results = new CacheReadResult[4];
        Array.Fill(results, CacheReadResult.Unreadable);

        await cache.GetManyAsync(new[] { Name("none"), Name("a") }, new StrictBufferWriter(), results);

        Assert.Equal(
            [CacheReadStatus.Missing, CacheReadStatus.Fresh, CacheReadStatus.Unreadable, CacheReadStatus.Unreadable],
            results.Select(result => result.Status));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Parts_of_larger_memory_are_taken_as_they_are()
    {
        var cache = await OpenAsync();
        CacheEntry[] entries = [Entry(Name("before"), "x"), Entry(Name("a"), "A"), Entry(Name("b"), "B"), Entry(Name("after"), "x")];
        await cache.SetManyAsync(entries.AsMemory(1, 2));
        string[] keys = ["", Name("b"), Name("a"), ""];
        var results = new CacheReadResult[4];
        var destination = new StrictBufferWriter();

        await cache.GetManyAsync(keys.AsMemory(1, 2), destination, results.AsMemory(2));

        Assert.Equal("BA"u8, destination.Freeze().Span);
        Assert.Equal([false, false, true, true], results.Select(result => result.IsFound));
        Assert.Equal([null, null], (await GetManyAsync(cache, [Name("before"), Name("after")])).Texts);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_entries_with_one_key_the_last_stands()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < 10; i++)
        {
            await SetManyAsync(
                first,
                Entry(Name("a"), $"first {i}", new() { FreshFor = TimeSpan.FromMinutes(1) }),
                Entry(Name("b"), $"{i}"),
                Entry(Name("a"), $"second {i}"),
                Entry(Name("a"), $"last {i}"));

            Assert.Equal([$"last {i}", $"{i}"], (await GetManyAsync(second, [Name("a"), Name("b")])).Texts);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Entries_of_one_call_have_each_their_own_life_and_tags()
    {
        var cache = await OpenAsync();
        await SetManyAsync(
            cache,
            Entry(Name("short"), "value", new() { FreshFor = Tick * 2 }),
            Entry(Name("stale"), "value", new() { FreshFor = Tick * 2, StaleFor = TimeSpan.FromHours(1) }),
            Entry(Name("sliding"), "value", new() { FreshFor = TimeSpan.FromHours(1), SlidingWindow = Tick * 2 }),
            Entry(Name("t"), "value", Lasting with { Tags = await GenerationsAsync(cache, Name("t")) }),
            Entry(Name("u"), "value", Lasting with { Tags = await GenerationsAsync(cache, Name("u")) }));
        string[] keys = [Name("short"), Name("stale"), Name("sliding"), Name("t"), Name("u")];
        await cache.InvalidateTagAsync(Name("u"));

        Assert.Equal(["value", "value", "value", "value", null], (await GetManyAsync(cache, keys)).Texts);
        await AdvanceAsync(Tick * 2);

        Assert.Equal([null, null, null, "value", null], (await GetManyAsync(cache, keys)).Texts);
        Assert.Equal([null, "value", null, "value", null], (await GetManyAsync(cache, keys, CacheReadOptions.AllowStale)).Texts);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Several_entries_replace_what_stands()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "old", Name("t"));
        await SetAsync(cache, Name("b"), "old", new() { FreshFor = Tick });

        await SetManyAsync(cache, Entry(Name("a"), "new"), Entry(Name("b"), "new"));
        await cache.InvalidateTagAsync(Name("t"));
        await AdvanceAsync(Tick * 2);

        Assert.Equal(["new", "new"], (await GetManyAsync(cache, [Name("a"), Name("b")])).Texts);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_thousand_entries_are_stored_and_read_in_one_call()
    {
        var (first, second) = await OpenTwiceAsync();
        string[] keys = [.. Enumerable.Range(0, 1_000).Select(i => Name($"{i}"))];
        await SetManyAsync(first, [.. keys.Where((_, i) => i % 3 != 0).Select(key => Entry(key, key))]);

        var (_, texts) = await GetManyAsync(second, keys);

        Assert.Equal(keys.Select((key, i) => i % 3 != 0 ? key : null), texts);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task Several_values_fit_room_of_any_size(int chunk)
    {
        var cache = await OpenAsync();
        byte[][] values = [.. Enumerable.Range(0, 20).Select(ValueBytes.Sealed)];
        string[] keys = [.. Enumerable.Range(0, values.Length).Select(i => Name($"{i}"))];
        await SetManyAsync(cache, [.. keys.Select((key, i) => new CacheEntry(key, new ReadOnlySequence<byte>(values[i]), Lasting))]);
        var destination = new StrictBufferWriter(chunk);

        await cache.GetManyAsync(keys, destination, new CacheReadResult[keys.Length]);

        Assert.Equal(values.SelectMany(value => value), destination.Freeze().ToArray());
    }
}
