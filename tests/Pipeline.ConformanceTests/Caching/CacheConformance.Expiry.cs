using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_is_fresh_until_its_fresh_time_and_then_gone()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value", new() { FreshFor = Tick * 3 });

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal("value", await ReadAsync(second, Name("a")));
        await AdvanceToEndAsync();

        Assert.Null(await ReadAsync(second, Name("a")));
        Assert.Null(await ReadStaleAsync(first, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_is_stale_from_its_fresh_time_until_its_keep_time()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value", new() { FreshFor = Tick * 3, StaleFor = Tick * 3 });

        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal(CacheReadStatus.Fresh, await StatusAsync(second, Name("a")));
        await AdvanceToEndAsync();
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(second, Name("a")));
        await AdvanceToJustBeforeAsync(Tick * 3);
        Assert.Equal("value", await ReadStaleAsync(first, Name("a")));
        await AdvanceToEndAsync();
        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(second, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_stale_entry_is_withheld_from_a_reader_that_did_not_ask_for_one()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick, StaleFor = TimeSpan.FromHours(1) });
        await AdvanceAsync(Tick);

        foreach (var options in new[] { CacheReadOptions.None, CacheReadOptions.RequireFreshTags })
        {
            Assert.Equal(CacheReadStatus.Missing, (await GetAsync(cache, Name("a"), options)).Result.Status);
            Assert.Equal([null], (await GetManyAsync(cache, [Name("a")], options)).Texts);
        }

        // Withheld, and not lost by having been asked for.
        Assert.Equal("value", await ReadStaleAsync(cache, Name("a")));
        Assert.Equal("value", await ReadAsync(cache, Name("a"), CacheReadOptions.AllowStale | CacheReadOptions.RequireFreshTags));
        Assert.Equal(["value"], (await GetManyAsync(cache, [Name("a")], CacheReadOptions.AllowStale)).Texts);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_result_says_how_long_the_entry_is_good_for()
    {
        var cache = await OpenAsync();
        var stored = await _store.GetServerTimeAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 4, StaleFor = Tick * 3 });

        await AdvanceAsync(Tick);
        var fresh = (await GetAsync(cache, Name("a"))).Result;
        AssertTime(stored + (Tick * 4), fresh.FreshUntil);
        AssertTime(stored + (Tick * 7), fresh.KeepUntil);
        AssertTime(stored + Tick, fresh.ReadAt);
        AssertDuration(Tick * 3, fresh.RemainingFresh);
        AssertDuration(Tick * 6, fresh.RemainingKept);

        await AdvanceAsync(Tick * 4);
        var stale = (await GetAsync(cache, Name("a"), CacheReadOptions.AllowStale)).Result;
        Assert.Equal(CacheReadStatus.Stale, stale.Status);
        Assert.Equal((fresh.FreshUntil, fresh.KeepUntil), (stale.FreshUntil, stale.KeepUntil));
        AssertTime(stored + (Tick * 5), stale.ReadAt);
        Assert.Equal(TimeSpan.Zero, stale.RemainingFresh);
        AssertDuration(Tick * 2, stale.RemainingKept);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Several_results_say_each_how_long_its_entry_is_good_for()
    {
        var cache = await OpenAsync();
        var stored = await _store.GetServerTimeAsync();
        await SetManyAsync(
            cache,
            Entry(Name("a"), "a", new() { FreshFor = Tick * 2, StaleFor = Tick * 8 }),
            Entry(Name("b"), "b", new() { FreshFor = Tick * 8 }),
            Entry(Name("c"), "c", new() { FreshFor = Tick * 2 }));
        await AdvanceAsync(Tick * 4);

        var (results, texts) = await GetManyAsync(cache, [Name("a"), Name("b"), Name("c")], CacheReadOptions.AllowStale);

        Assert.Equal(["a", "b", null], texts);
        Assert.Equal([CacheReadStatus.Stale, CacheReadStatus.Fresh, CacheReadStatus.Missing], results.Select(result => result.Status));
        AssertTime(stored + (Tick * 2), results[0].FreshUntil);
        AssertTime(stored + (Tick * 10), results[0].KeepUntil);
        AssertTime(stored + (Tick * 8), results[1].FreshUntil);
        AssertTime(stored + (Tick * 8), results[1].KeepUntil);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_new_value_has_the_times_of_its_own_store()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("longer"), "old", new() { FreshFor = Tick * 2, StaleFor = Tick * 2 });
        await SetAsync(cache, Name("shorter"), "old", new() { FreshFor = TimeSpan.FromHours(1), StaleFor = TimeSpan.FromHours(1) });
        await AdvanceAsync(Tick);
        await SetAsync(cache, Name("longer"), "new", new() { FreshFor = Tick * 20 });
        await SetAsync(cache, Name("shorter"), "new", new() { FreshFor = Tick * 2 });

        await AdvanceAsync(Tick * 5);

        Assert.Equal("new", await ReadAsync(cache, Name("longer")));
        Assert.Null(await ReadStaleAsync(cache, Name("shorter")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_read_does_not_lengthen_the_life_of_an_entry_that_does_not_slide()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 3, StaleFor = Tick });
        for (var i = 0; i < 2; i++)
        {
            await AdvanceAsync(Tick);
            Assert.Equal("value", await ReadAsync(cache, Name("a")));
        }

        await AdvanceAsync(Tick);
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
        await AdvanceAsync(Tick);
        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_shortest_and_the_longest_durations_are_taken()
    {
        var cache = await OpenAsync();
        var stored = await _store.GetServerTimeAsync();
        await SetAsync(cache, Name("shortest"), "value", new() { FreshFor = CacheEntryOptions.MinDuration });
        await SetAsync(
            cache,
            Name("longest"),
            "value",
            new() { FreshFor = CacheEntryOptions.MaxDuration, StaleFor = CacheEntryOptions.MaxDuration, SlidingWindow = CacheEntryOptions.MaxDuration });

        if (IsExact)
        {
            Assert.Equal("value", await ReadAsync(cache, Name("shortest")));
        }

        await AdvanceAsync(Tick);
        Assert.Null(await ReadStaleAsync(cache, Name("shortest")));
        var (result, text) = await GetAsync(cache, Name("longest"));
        Assert.Equal("value", text);
        AssertTime(stored + CacheEntryOptions.MaxDuration, result.FreshUntil);
        AssertTime(stored + (CacheEntryOptions.MaxDuration * 2), result.KeepUntil);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Fractions_of_a_millisecond_are_cut_off()
    {
        var cache = await OpenAsync();
        var almost = TimeSpan.FromMilliseconds(1) - TimeSpan.FromTicks(1);
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = (Tick * 2) + almost, StaleFor = Tick + almost });
        await SetAsync(
            cache, Name("sliding"), "value", new() { FreshFor = Tick * 9, SlidingWindow = (Tick * 2) + almost, StaleFor = Tick + almost });
        foreach (var key in new[] { Name("a"), Name("sliding") })
        {
            var result = (await GetAsync(cache, key)).Result;
            Assert.Equal(Tick, result.KeepUntil - result.FreshUntil);
            AssertDuration(Tick * 2, result.RemainingFresh);
        }

        await AdvanceAsync(Tick * 2);
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("a")));
        Assert.Equal(CacheReadStatus.Stale, await StatusAsync(cache, Name("sliding")));
        await AdvanceAsync(Tick);
        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("a")));
        Assert.Equal(CacheReadStatus.Missing, await StatusAsync(cache, Name("sliding")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_that_expired_leaves_its_key_free()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "old", new() { FreshFor = Tick });
        await AdvanceAsync(Tick);

        await SetAsync(cache, Name("a"), "new");

        Assert.Equal("new", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_write_gives_an_entry_its_times()
    {
        var cache = await OpenAsync();
        var options = new CacheEntryOptions { FreshFor = Tick * 2, StaleFor = Tick * 2 };
        await SetAsync(cache, Name("set"), "value", options);
        await TryAddAsync(cache, Name("added"), "value", options);
        await SetManyAsync(cache, Entry(Name("many"), "value", options));
        string[] keys = [Name("set"), Name("added"), Name("many")];

        foreach (var expected in new[] { CacheReadStatus.Fresh, CacheReadStatus.Stale, CacheReadStatus.Missing })
        {
            foreach (var key in keys)
            {
                Assert.Equal(expected, await StatusAsync(cache, key));
            }

            var (results, _) = await GetManyAsync(cache, keys, CacheReadOptions.AllowStale);
            Assert.All(results, result => Assert.Equal(expected, result.Status));
            await AdvanceAsync(Tick * 2);
        }
    }
}
