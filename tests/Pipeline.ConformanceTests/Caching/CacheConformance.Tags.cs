using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidated_entry_is_never_returned()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "value", Name("t"));
        Assert.Equal("value", await ReadAsync(cache, Name("a")));

        await cache.InvalidateTagAsync(Name("t"));

        foreach (var options in Enum.GetValues<CacheReadOptions>().Append(CacheReadOptions.AllowStale | CacheReadOptions.RequireFreshTags))
        {
            Assert.Null(await ReadAsync(cache, Name("a"), options));
            Assert.Equal([null], (await GetManyAsync(cache, [Name("a")], options)).Texts);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidated_entry_is_not_even_stale()
    {
        var cache = await OpenAsync();
        var tags = await GenerationsAsync(cache, Name("t"));
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick, StaleFor = TimeSpan.FromHours(1), Tags = tags });
        await AdvanceAsync(Tick);
        Assert.Equal("value", await ReadStaleAsync(cache, Name("a")));

        await cache.InvalidateTagAsync(Name("t"));

        Assert.Null(await ReadStaleAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidation_is_seen_at_once_by_any_process_that_insists()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetTaggedAsync(first, Name("a"), "value", Name("t"));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("value", await ReadAsync(second, Name("a"), CacheReadOptions.RequireFreshTags));
            await first.InvalidateTagAsync(Name("t"));

            Assert.Null(await ReadAsync(second, Name("a"), CacheReadOptions.RequireFreshTags | CacheReadOptions.AllowStale));
            Assert.Equal([null], (await GetManyAsync(second, [Name("a")], CacheReadOptions.RequireFreshTags)).Texts);
            await SetTaggedAsync(first, Name("a"), "value", Name("t"));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidation_is_seen_by_other_processes_before_long()
    {
        const int Most = 100;
        var (first, second) = await OpenTwiceAsync();
        await SetTaggedAsync(first, Name("a"), "value", Name("t"));
        Assert.Equal("value", await ReadAsync(second, Name("a")));
        await first.InvalidateTagAsync(Name("t"));

        for (var i = 0; i < Most && await ReadAsync(second, Name("a")) is not null; i++)
        {
            await AdvanceAsync(Tick / 10);
        }

        Assert.Null(await ReadAsync(second, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Whatever_has_not_the_tag_stays()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("tagged"), "value", Name("t"));
        await SetTaggedAsync(cache, Name("other"), "value", Name("T"), Name("t "), Name("tt"), "*");
        await SetAsync(cache, Name("t"), "value");

        await cache.InvalidateTagAsync(Name("t"));

        Assert.Null(await ReadAsync(cache, Name("tagged")));
        Assert.Equal("value", await ReadAsync(cache, Name("other")));
        Assert.Equal("value", await ReadAsync(cache, Name("t")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_tag_has_a_special_meaning()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("untagged"), "value");
        await SetTaggedAsync(cache, Name("tagged"), "value", Name("t"));
        await SetTaggedAsync(cache, Name("star"), "value", Name("*"));

        foreach (var tag in new[] { Name("*"), Name("%"), Name("?"), Name("[a-z]"), Name(" ") })
        {
            await cache.InvalidateTagAsync(tag);
        }

        Assert.Equal("value", await ReadAsync(cache, Name("untagged")));
        Assert.Equal("value", await ReadAsync(cache, Name("tagged")));
        Assert.Null(await ReadAsync(cache, Name("star")));
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task Any_one_of_64_tags_invalidates_an_entry()
    {
        var cache = await OpenAsync();
        string[] tags = [.. Enumerable.Range(0, TagGenerations.MaxTags).Select(i => Name($"t{i}"))];
        for (var i = 0; i < tags.Length; i++)
        {
            await SetTaggedAsync(cache, Name("a"), $"{i}", tags);
            Assert.Equal($"{i}", await ReadAsync(cache, Name("a")));

            await cache.InvalidateTagAsync(tags[i]);

            Assert.Null(await ReadStaleAsync(cache, Name("a")));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task One_call_invalidates_every_entry_of_a_tag()
    {
        var (first, second) = await OpenTwiceAsync();
        var options = Lasting with { Tags = await GenerationsAsync(first, Name("t")) };
        string[] keys = [.. Enumerable.Range(0, 1_000).Select(i => Name($"k{i}"))];
        await SetManyAsync(first, [.. keys.Select(key => Entry(key, "value", options))]);
        Assert.All((await GetManyAsync(second, keys)).Texts, text => Assert.Equal("value", text));

        await first.InvalidateTagAsync(Name("t"));

        Assert.All((await GetManyAsync(second, keys, CacheReadOptions.RequireFreshTags)).Texts, Assert.Null);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_with_generations_of_after_an_invalidation_is_valid()
    {
        var cache = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await cache.InvalidateTagAsync(Name("t"));
            await SetTaggedAsync(cache, Name("a"), $"{i}", Name("t"));

            Assert.Equal($"{i}", await ReadAsync(cache, Name("a")));
            Assert.Equal($"{i}", await ReadAsync(cache, Name("a"), CacheReadOptions.RequireFreshTags));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_whose_value_was_made_before_an_invalidation_is_stored_in_vain()
    {
        var cache = await OpenAsync();
        var old = Lasting with { Tags = await GenerationsAsync(cache, Name("t"), Name("u")) };
        await cache.InvalidateTagAsync(Name("t"));

        await SetAsync(cache, Name("set"), "old", old);
        await TryAddAsync(cache, Name("added"), "old", old);
        await SetManyAsync(cache, Entry(Name("many"), "old", old));

        foreach (var key in new[] { Name("set"), Name("added"), Name("many") })
        {
            Assert.Null(await ReadStaleAsync(cache, key));
            Assert.Null(await ReadAsync(cache, key, CacheReadOptions.RequireFreshTags));
            await SetTaggedAsync(cache, key, "new", Name("t"), Name("u"));
            Assert.Equal("new", await ReadAsync(cache, key));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_whose_value_was_made_before_an_invalidation_by_another_is_stored_in_vain()
    {
        var (first, second) = await OpenTwiceAsync();
        var old = Lasting with { Tags = await GenerationsAsync(first, Name("t")) };
        await second.InvalidateTagAsync(Name("t"));

        await SetAsync(first, Name("a"), "old", old);

        Assert.Null(await ReadAsync(first, Name("a"), CacheReadOptions.RequireFreshTags));
        Assert.Null(await ReadStaleAsync(second, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_that_is_stored_in_vain_never_comes_to_life()
    {
        var cache = await OpenAsync();
        var old = Lasting with { Tags = await GenerationsAsync(cache, Name("t")) };
        await cache.InvalidateTagAsync(Name("t"));
        await SetAsync(cache, Name("a"), "old", old);

        await cache.InvalidateTagAsync(Name("t"));
        await GenerationsAsync(cache, Name("t"));
        await SetTaggedAsync(cache, Name("other"), "value", Name("t"));

        Assert.Null(await ReadStaleAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_whose_writer_knew_more_than_the_reader_is_valid()
    {
        var cache = await OpenAsync();
        var ahead = new TagGeneration(Name("t"), await GenerationAsync(cache, Name("t")) + 1_000);
        await SetAsync(cache, Name("a"), "value", Lasting with { Tags = [ahead] });

        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_result_carries_the_tags_of_the_entry_as_they_were_stored()
    {
        var (first, second) = await OpenTwiceAsync();
        var tags = await GenerationsAsync(first, Name("t"), Name("ü"), Name("😀"));
        await SetAsync(first, Name("tagged"), "value", Lasting with { Tags = tags });
        await SetAsync(first, Name("untagged"), "value");

        Assert.Equal(tags, (await GetAsync(second, Name("tagged"))).Result.Tags);
        Assert.Equal(tags, (await GetAsync(second, Name("tagged"), CacheReadOptions.RequireFreshTags)).Result.Tags);
        var (results, _) = await GetManyAsync(second, [Name("untagged"), Name("tagged")]);
        Assert.Equal([TagGenerations.None, tags], results.Select(result => result.Tags));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_new_value_has_only_its_own_tags()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "old", Name("t"));
        await SetTaggedAsync(cache, Name("a"), "new", Name("u"));

        await cache.InvalidateTagAsync(Name("t"));
        Assert.Equal("new", await ReadAsync(cache, Name("a")));
        await cache.InvalidateTagAsync(Name("u"));

        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_sliding_entry_with_tags_is_extended_and_invalidated_as_any_other()
    {
        var cache = await OpenAsync();
        var tags = await GenerationsAsync(cache, Name("t"));
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 3, Tags = tags });
        for (var i = 0; i < 3; i++)
        {
            await AdvanceAsync(Tick * 2);
            Assert.Equal("value", await ReadAsync(cache, Name("a"), i % 2 == 0 ? CacheReadOptions.RequireFreshTags : CacheReadOptions.None));
        }

        await cache.InvalidateTagAsync(Name("t"));

        Assert.Null(await ReadAsync(cache, Name("a")));
    }
}
