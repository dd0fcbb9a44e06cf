using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task All_tags_come_back_in_order_and_each_once()
    {
        var cache = await OpenAsync();
        string[] tags = [Name("c"), Name("a"), Name("B"), Name("a"), Name("ü"), Name("c")];

        var generations = await cache.ReadGenerationsAsync(tags);

        Assert.Equal(tags.Distinct().Order(StringComparer.Ordinal), generations.Select<TagGeneration, string>(one => one.Tag));
        Assert.All<TagGeneration>(generations, one => Assert.True(one.Generation >= 1, $"The generation is {one.Generation}."));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task No_tags_have_no_generations()
    {
        var cache = await OpenAsync();

        Assert.Empty(await cache.ReadGenerationsAsync([]));
        Assert.Empty(await cache.ReadGenerationsAsync(new HashSet<string>(StringComparer.Ordinal)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Duplicates_count_once_towards_the_64_tags()
    {
        var cache = await OpenAsync();
        string[] tags = [.. Enumerable.Range(0, TagGenerations.MaxTags).Select(i => Name($"t{i}"))];

        Assert.Equal(TagGenerations.MaxTags, (await cache.ReadGenerationsAsync([.. tags, .. tags, .. tags])).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_tag_that_was_never_used_gets_a_generation_that_lasts()
    {
        var (first, second) = await OpenTwiceAsync();
        var generation = await GenerationAsync(first, Name("t"));

        Assert.Equal(generation, await GenerationAsync(first, Name("t")));
        Assert.Equal(generation, await GenerationAsync(second, Name("t")));
        await SetTaggedAsync(first, Name("a"), "value", Name("t"));
        await AdvanceAsync(Tick * 5);

        Assert.Equal(generation, await GenerationAsync(second, Name("t")));
        Assert.Equal("value", await ReadAsync(second, Name("a"), CacheReadOptions.RequireFreshTags));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Each_invalidation_makes_the_generation_grow()
    {
        var cache = await OpenAsync();
        await cache.InvalidateTagAsync(Name("t"));
        var last = await GenerationAsync(cache, Name("t"));
        for (var i = 0; i < 20; i++)
        {
            await cache.InvalidateTagAsync(Name("t"));
            var next = await GenerationAsync(cache, Name("t"));

            Assert.True(next > last, $"The generation was {last} and is {next} after an invalidation.");
            last = next;
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidation_leaves_the_generations_of_other_tags()
    {
        var cache = await OpenAsync();
        var before = await GenerationsAsync(cache, Name("t"), Name("u"), Name("v"));

        await cache.InvalidateTagAsync(Name("u"));
        var after = await GenerationsAsync(cache, Name("t"), Name("u"), Name("v"));

        Assert.Equal((before[0], before[2]), (after[0], after[2]));
        Assert.True(after[1].Generation > before[1].Generation);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Generations_are_never_older_than_an_invalidation_of_ones_own()
    {
        var (first, second) = await OpenTwiceAsync();
        for (var i = 0; i < 20; i++)
        {
            var cache = i % 2 == 0 ? first : second;
            await cache.InvalidateTagAsync(Name("t"));
            await SetTaggedAsync(cache, Name("a"), $"{i}", Name("t"));

            Assert.Equal($"{i}", await ReadAsync(cache, Name("a"), CacheReadOptions.RequireFreshTags));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Generations_are_of_the_time_of_their_reading()
    {
        var cache = await OpenAsync();
        string[] tags = [Name("t"), Name("u")];
        var generations = await cache.ReadGenerationsAsync(tags);
        var copy = generations.ToArray<TagGeneration>();

        tags[0] = Name("v");
        await cache.InvalidateTagAsync(Name("t"));
        await cache.InvalidateTagAsync(Name("u"));

        Assert.Equal(copy, generations);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_one_of_many_invalidations_at_once_is_counted()
    {
        var (first, second) = await OpenTwiceAsync();
        var before = await GenerationAsync(first, Name("t"));
        var counts = await AtOnceAsync(4, async number =>
        {
            var last = before;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var cache = (number + i) % 2 == 0 ? first : second;
                await cache.InvalidateTagAsync(Name("t"));
                var next = await GenerationAsync(cache, Name("t"));
                Assert.True(i == 0 || next > last || cache != first, $"The generation fell from {last} to {next}.");
                last = next;
            }

            return _store.Repetitions;
        });

        await first.InvalidateTagAsync(Name("t"));
        var grown = await GenerationAsync(first, Name("t")) - before;
        Assert.True(grown > counts.Sum(), $"{counts.Sum() + 1} invalidations made the generation grow by {grown}.");
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Many_tags_can_be_read_and_invalidated()
    {
        var cache = await OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            string[] tags = [.. Enumerable.Range(0, TagGenerations.MaxTags).Select(tag => Name($"{i}.{tag}"))];
            await SetTaggedAsync(cache, Name($"{i}"), $"{i}", tags);
        }

        for (var i = 0; i < 50; i += 2)
        {
            await cache.InvalidateTagAsync(Name($"{i}.63"));
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(i % 2 == 0 ? null : $"{i}", await ReadAsync(cache, Name($"{i}")));
        }
    }
}
